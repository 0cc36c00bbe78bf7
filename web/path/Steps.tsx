import { useState } from 'react';
import type { Outcome, Step } from '../../api/explanation.ts';
import type { DumpPlace } from '../state/address.ts';
import { patchCase } from '../state/useAddress.ts';
import { OwnerChip } from '../ui/Chip.tsx';
import { FragmentText } from '../ui/FragmentText.tsx';
import { ownerLook } from '../ui/owner.ts';
import { Pane } from '../ui/Panes.tsx';
import { plural } from '../ui/quantities.ts';
import { shortPlaces } from '../ui/sourceLabel.ts';
import styles from './Steps.module.css';
import { shownSteps } from './shownSteps.ts';

const builtin = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

function whereOf({ table, chain, hook, kind }: Step): string {
  if (chain !== null) return builtin.test(chain) && table !== null ? `${table} ${chain}` : chain;
  return hook ?? kind;
}

/** The rule without what the row already says, and without its comment; the title and the dump have all of it. */
const ruleText = (rule: string) =>
  rule.replace(/^(\[\d+:\d+\] )?-A \S+ /, '').replace(/(-m comment )?--comment ("(\\.|[^"\\])*"|\S+) ?/g, '');

const isJump = ({ verdict }: Step) => /^(JUMP|GOTO)\b/.test(verdict ?? '');

function StepRow({ step, here }: { step: Step; here: boolean }) {
  const { source, rule, summary, mattered, owner, why } = step;
  const names = rule === null ? `${styles.rule} ${styles.prose}` : styles.rule;
  const text = rule === null ? summary : ruleText(rule);
  const open = () => source !== null && patchCase({ dump: { file: source.file, line: source.line } }, 'replace');
  return (
    <li
      className={styles.step}
      data-here={here}
      data-mattered={mattered}
      style={{ ['--step-color' as string]: owner === null ? 'var(--accent)' : ownerLook(owner).color }}
    >
      <span className={styles.where} title={whereOf(step)}>
        {whereOf(step)}
      </span>
      {source === null ? (
        <span className={names} title={text}>
          {text}
        </span>
      ) : (
        <button type="button" className={names} title={`${source.file}:${source.line}\n${source.text}`} onClick={open}>
          {text}
        </button>
      )}
      <OwnerChip owner={owner} />
      {mattered && rule !== null && !isJump(step) && (
        <span className={summary.includes('→') ? `${styles.extra} ${styles.rewrite}` : styles.extra}>{summary}</span>
      )}
      {mattered && why.length > 0 && (
        <span className={styles.extra}>
          why true: <FragmentText fragments={shortPlaces(why)} />
        </span>
      )}
    </li>
  );
}

export function Steps({ outcome, dump }: { outcome: Outcome | undefined; dump: DumpPlace | null }) {
  const [all, setAll] = useState(false);
  const steps = outcome?.steps ?? [];
  const shown = shownSteps(steps, all);
  const traced = steps.filter(({ kind }) => kind === 'rule' || kind === 'policy' || kind === 'return').length;
  const toggle = (
    <button type="button" className={styles.toggle} aria-expanded={all} onClick={() => setAll(!all)}>
      {plural(traced, 'rule')} traced · {all ? 'show what mattered' : 'show all'}
    </button>
  );
  return (
    <Pane title={all ? 'All steps' : 'Steps that mattered'} aside={toggle}>
      {shown.length === 0 && <p className={styles.none}>No rule touched this packet.</p>}
      <ol>
        {shown.map((step, i) => (
          <StepRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a trace is an ordered, fixed list
            key={i}
            step={step}
            here={step.source !== null && step.source.file === dump?.file && step.source.line === dump.line}
          />
        ))}
      </ol>
    </Pane>
  );
}
