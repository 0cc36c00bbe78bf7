// How the packet goes on on other nodes: each with how it came there, its answer, and behind it the steps that mattered.
import type { OnwardWay, Outcome } from '../../api/explanation.ts';
import { Badge } from '../ui/Chip.tsx';
import { FragmentText } from '../ui/FragmentText.tsx';
import { shortPlaces } from '../ui/sourceLabel.ts';
import { lostKinds } from './lostKinds.ts';
import { stepFragments } from './stepFragments.ts';
import styles from './WayBack.module.css';

type Onward = NonNullable<Outcome['onward']>;

function NextNode({ leg }: { leg: OnwardWay['legs'][number] }) {
  const lost = lostKinds.includes(leg.disposition.kind);
  const steps = leg.steps.filter(({ mattered }) => mattered);
  return (
    <details className={styles.back} aria-label={`On ${leg.node}`}>
      <summary>
        <Badge tone={lost ? 'bad' : 'neutral'}>{leg.node}</Badge>
        <span>
          <FragmentText fragments={leg.headline.fragments} />
          {leg.outcomes > 1 && <span className={styles.which}> {whichOf(leg)}</span>}
        </span>
      </summary>
      <p>{leg.how}</p>
      {leg.assumptions.map(({ assumed, why }) => (
        <p key={assumed}>
          if {assumed} ({why})
        </p>
      ))}
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

/** `outcome 2 of 3 there, 25 %` */
function whichOf({ outcome, outcomes, probability }: OnwardWay['legs'][number]): string {
  const likely = probability === null ? '' : `, ${Math.round(probability * 1000) / 10} %`;
  return `outcome ${outcome} of ${outcomes} there${likely}`;
}

/** The nodes of a way from where it parts from the most likely one. */
function ownLegs({ legs }: OnwardWay, main: OnwardWay): OnwardWay['legs'] {
  const at = legs.findIndex((leg, i) => leg.outcome !== main.legs[i]?.outcome || leg.node !== main.legs[i]?.node);
  return legs.slice(Math.max(0, at));
}

function Stopped({ why }: { why: string | null }) {
  if (why === null) return null;
  return (
    <p className={styles.back}>
      <Badge tone="warn">not followed further</Badge> {why}
    </p>
  );
}

export function OtherNodes({ onward }: { onward: Onward }) {
  return (
    <>
      {onward.legs.map((leg) => (
        <NextNode key={leg.node + leg.packet} leg={leg} />
      ))}
      <Stopped why={onward.stopped} />
      {onward.others.map((way) => (
        <div key={JSON.stringify(way.legs.map(({ node, outcome }) => [node, outcome]))} className={styles.other}>
          {ownLegs(way, onward).map((leg) => (
            <NextNode key={leg.node + leg.packet} leg={leg} />
          ))}
          <Stopped why={way.stopped} />
          {way.answer !== null && way.answer.verdict !== 'returns' && (
            <p className={styles.back}>{way.answer.reason}</p>
          )}
        </div>
      ))}
      {onward.leftOut > 0 && <p className={styles.back}>{onward.leftOut} more outcomes there were not followed.</p>}
    </>
  );
}
