import type { Fragment as Run } from '../../api/pieces.ts';
import { patchCase } from '../state/useAddress.ts';
import styles from './FragmentText.module.css';
import { ownerLook } from './owner.ts';
import { SourceLink } from './SourceLink.tsx';

function RunOfText({ run }: { run: Run }) {
  const { source, packet } = run;
  if (source !== undefined) return <SourceLink source={source} label={run.text} />;
  if (packet !== undefined) {
    return (
      <button type="button" className={styles.packet} onClick={() => patchCase({ tab: 'packets', packet })}>
        {run.text}
      </button>
    );
  }
  const style = run.owner === undefined ? undefined : { color: ownerLook(run.owner).color };
  if (run.kind === 'code')
    return (
      <code className={styles.code} style={style}>
        {run.text}
      </code>
    );
  if (run.kind === 'strong')
    return (
      <strong className={styles.strong} style={style}>
        {run.text}
      </strong>
    );
  return <span style={style}>{run.text}</span>;
}

/** A sentence of the explanation: plain, strong and code runs, links to dump lines and packets. */
export function FragmentText({ fragments }: { fragments: readonly Run[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the runs of a sentence never move
  return fragments.map((run, i) => <RunOfText key={i} run={run} />);
}
