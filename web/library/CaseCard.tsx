import { useState } from 'react';
import type { CaseCapture, CaseSummary } from '../../api/schemas.ts';
import { caseAddress } from '../state/address.ts';
import { go } from '../state/useAddress.ts';
import { Button } from '../ui/Button.tsx';
import { Badge } from '../ui/Chip.tsx';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, countText } from '../ui/quantities.ts';
import { dayText } from '../ui/time.ts';
import styles from './CaseCard.module.css';
import { DeleteCase } from './DeleteCase.tsx';

function Counts({ entry }: { entry: CaseSummary }) {
  const { packets, captures, dumps, bytes } = entry;
  const counted = [
    [packets, packets === 1 ? 'packet' : 'packets'],
    [captures, captures === 1 ? 'capture' : 'captures'],
    [dumps, dumps === 1 ? 'dump' : 'dumps'],
  ] as const;
  return (
    <p className={styles.counts}>
      {counted.map(([count, what]) => (
        <span key={what}>
          <b>{countText(count)}</b> {what}
        </span>
      ))}
      <span>{bytesText(bytes)}</span>
    </p>
  );
}

/** What became of a live capture; an end that was asked for is no news of a fault. */
function captureBadge({ state, reason }: CaseCapture): { tone: 'good' | 'neutral' | 'warn'; children: string } {
  if (state === 'scheduled') return { tone: 'neutral', children: 'waits for its time' };
  if (state !== 'ended') return { tone: 'good', children: 'capturing' };
  const asked = ['stopped', 'trigger', 'time limit', 'packet limit', 'size limit', null];
  return { tone: asked.includes(reason) ? 'neutral' : 'warn', children: `ended: ${reason ?? 'stopped'}` };
}

export function CaseCard({ entry }: { entry: CaseSummary }) {
  const [asking, setAsking] = useState(false);
  const made = dayText(entry.created, new Date());
  return (
    <li className={entry.sample ? `${styles.card} ${styles.sample}` : styles.card}>
      <div className={styles.text}>
        <button
          type="button"
          className={styles.open}
          onClick={() => go(caseAddress(entry.id, entry.packets > 0 ? 'packets' : 'path'))}
        >
          {entry.name}
        </button>
        <p className={styles.description}>{entry.description !== '' ? entry.description : made}</p>
      </div>
      {entry.capture !== undefined && <Badge {...captureBadge(entry.capture)} />}
      {entry.state === 'receiving' && entry.capture === undefined && <Badge tone="good">receiving</Badge>}
      <Counts entry={entry} />
      {!entry.sample && (
        <Button
          look="quiet"
          square
          className={styles.delete}
          title="Delete"
          aria-label={`Delete ${entry.name}`}
          onClick={() => setAsking(true)}
        >
          <Icon name="trash" />
        </Button>
      )}
      {!entry.sample && <DeleteCase entry={entry} open={asking} onClose={() => setAsking(false)} />}
    </li>
  );
}
