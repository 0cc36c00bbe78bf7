import { Fragment } from 'react';
import type { Outcome } from '../../api/explanation.ts';
import { patchCase } from '../state/useAddress.ts';
import { SourceLink } from '../ui/SourceLink.tsx';
import styles from './Outcomes.module.css';

const verbs: Record<Outcome['disposition']['kind'], string> = {
  delivered: 'to',
  dropped: 'dropped',
  rejected: 'rejected',
  noRoute: 'no route',
  leavesNode: 'leaves for',
  loop: 'loops',
  insufficientInfo: 'not known',
};

function nameOf({ disposition, to, finalDestination }: Outcome): string {
  const target = to.pod ?? to.process ?? finalDestination;
  const reaches = disposition.kind === 'delivered' || disposition.kind === 'leavesNode';
  return reaches ? `${verbs[disposition.kind]} ${target}` : verbs[disposition.kind];
}

function percent(probability: number | null): string {
  return probability === null ? '?' : `${Math.round(probability * 1000) / 10} %`;
}

/** The worlds the packet may meet: each with how likely it is, and what it assumes. */
export function Outcomes({ outcomes, chosen }: { outcomes: readonly Outcome[]; chosen: number }) {
  const assumptions = outcomes[chosen]?.assumptions ?? [];
  if (outcomes.length < 2) return null;
  return (
    <section className={styles.outcomes} aria-label="Outcomes">
      <div className={styles.switch}>
        {outcomes.map((outcome, i) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: an outcome is its place in the list, in the address too
            key={i}
            type="button"
            className={styles.one}
            aria-pressed={i === chosen}
            onClick={() => patchCase({ outcome: i })}
          >
            <span className={styles.percent}>{percent(outcome.probability)}</span>
            {nameOf(outcome)}
          </button>
        ))}
      </div>
      {assumptions.length > 0 && (
        <p className={styles.assuming}>
          if{' '}
          {assumptions.map(({ assumed, why, source }, i) => (
            <Fragment key={assumed}>
              {i > 0 && ', and '}
              {assumed} <span title={why}>({why})</span> {source !== null && <SourceLink source={source} />}
            </Fragment>
          ))}
        </p>
      )}
    </section>
  );
}
