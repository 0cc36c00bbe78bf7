import type { Finding } from '../../api/pieces.ts';
import type { CaseDetail } from '../../api/schemas.ts';
import { useFindings } from '../sources/queries.ts';
import type { CaseAddress } from '../state/address.ts';
import { Failed, Loading, Notice } from '../ui/Notice.tsx';
import { plural } from '../ui/quantities.ts';
import { FindingCard } from './FindingCard.tsx';
import styles from './FindingsTab.module.css';

const severities: Finding['severity'][] = ['error', 'warning', 'note'];
const confidences: Finding['confidence'][] = ['proved', 'likely', 'possible'];

const rank = ({ severity, confidence }: Finding) => severities.indexOf(severity) * 10 + confidences.indexOf(confidence);

function countsText(findings: readonly Finding[]): string {
  return severities
    .map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => plural(count, severity))
    .join(', ');
}

export function FindingsTab({ address, detail }: { address: CaseAddress; detail: CaseDetail }) {
  const findings = useFindings(address.caseId);
  if (findings.isError && findings.data === undefined) {
    return <Failed what="The findings cannot be listed" error={findings.error} retry={() => void findings.refetch()} />;
  }
  if (findings.data === undefined) return <Loading what="Looking for what is wrong" />;
  if (findings.data.length === 0) {
    return (
      <Notice icon="check" title="Nothing found">
        {detail.hasNodeState
          ? 'Rules and packets of this case show none of the known faults.'
          : 'With the node’s dumps the rules are checked as well.'}
      </Notice>
    );
  }
  const ordered = [...findings.data].sort((a, b) => rank(a) - rank(b));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.page} tabIndex={0} aria-label="Findings">
      <div className={styles.inner}>
        <header className={styles.head}>
          <h1>{plural(ordered.length, 'finding')}</h1>
          <p>{countsText(ordered)}. Each with the lines and packets that show it.</p>
        </header>
        <ul className={styles.inner} style={{ padding: 0, margin: 0 }}>
          {ordered.map((finding) => (
            <FindingCard
              key={`${finding.id} ${finding.title} ${finding.packet ?? finding.summary}`}
              finding={finding}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}
