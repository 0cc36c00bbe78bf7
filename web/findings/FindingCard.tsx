import type { Finding } from '../../api/pieces.ts';
import { patchCase } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Badge, type Tone } from '../ui/Chip.tsx';
import { Icon } from '../ui/Icon.tsx';
import { SourceLink } from '../ui/SourceLink.tsx';
import styles from './FindingCard.module.css';

const severityTone: Record<Finding['severity'], Tone> = { error: 'bad', warning: 'warn', note: 'neutral' };

export function FindingCard({ finding }: { finding: Finding }) {
  const { title, severity, confidence, summary, evidence, remedy, packet } = finding;
  return (
    <li className={styles.card} data-severity={severity}>
      <header className={styles.head}>
        <h2>{title}</h2>
        <span className={styles.marks}>
          <Badge tone={severityTone[severity]}>{severity}</Badge>
          <Badge tone={confidence === 'proved' ? 'good' : 'neutral'}>{confidence}</Badge>
        </span>
      </header>
      {summary !== title && <p className={styles.summary}>{summary}</p>}
      {evidence.length > 0 && (
        <ul className={styles.evidence} aria-label="Evidence">
          {evidence.map((source) => (
            <li key={`${source.file}:${source.line}`}>
              <SourceLink source={source} />
              <span className={styles.line} title={source.text}>
                {source.text}
              </span>
            </li>
          ))}
        </ul>
      )}
      {remedy !== '' && (
        <p className={styles.remedy}>
          <b>Remedy</b>
          {remedy}
        </p>
      )}
      {packet !== undefined && (
        <div className={styles.actions}>
          <Button onClick={() => patchCase({ tab: 'path', spec: packet, flow: null, dump: null, outcome: 0 })}>
            <Icon name="path" />
            Show the path
          </Button>
        </div>
      )}
    </li>
  );
}
