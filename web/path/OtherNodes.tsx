// How the packet goes on on other nodes: each with how it came there, its answer, and behind it the steps that mattered.
import type { Outcome } from '../../api/explanation.ts';
import { Badge } from '../ui/Chip.tsx';
import { FragmentText } from '../ui/FragmentText.tsx';
import { shortPlaces } from '../ui/sourceLabel.ts';
import { lostKinds } from './lostKinds.ts';
import { stepFragments } from './stepFragments.ts';
import styles from './WayBack.module.css';

type Onward = NonNullable<Outcome['onward']>;

function NextNode({ leg }: { leg: Onward['legs'][number] }) {
  const lost = lostKinds.includes(leg.disposition.kind);
  const steps = leg.steps.filter(({ mattered }) => mattered);
  return (
    <details className={styles.back} aria-label={`On ${leg.node}`}>
      <summary>
        <Badge tone={lost ? 'bad' : 'neutral'}>{leg.node}</Badge>
        <span>
          <FragmentText fragments={leg.headline.fragments} />
          {leg.outcomes > 1 && ` One of ${leg.outcomes} outcomes there.`}
        </span>
      </summary>
      <p>{leg.how}</p>
      <ol>
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one node never change their order
          <li key={i}>
            <FragmentText fragments={shortPlaces(stepFragments(step))} />
          </li>
        ))}
      </ol>
    </details>
  );
}

export function OtherNodes({ onward }: { onward: Onward }) {
  return (
    <>
      {onward.legs.map((leg) => (
        <NextNode key={leg.node + leg.packet} leg={leg} />
      ))}
      {onward.stopped !== null && (
        <p className={styles.back}>
          <Badge tone="warn">not followed further</Badge> {onward.stopped}
        </p>
      )}
    </>
  );
}
