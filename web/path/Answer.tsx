// The answer first: the headline, why with its sources, how sure and from what; then what a person does next.
import { Popover } from '@base-ui/react/popover';
import { useState } from 'react';
import type { Explanation } from '../../api/explanation.ts';
import type { Fragment, Sentence } from '../../api/pieces.ts';
import { Button } from '../ui/Button.tsx';
import { Badge } from '../ui/Chip.tsx';
import { copyText } from '../ui/copyText.ts';
import { FragmentText } from '../ui/FragmentText.tsx';
import { Icon } from '../ui/Icon.tsx';
import { ownerLook } from '../ui/owner.ts';
import { plural } from '../ui/quantities.ts';
import { shortPlaces } from '../ui/sourceLabel.ts';
import styles from './Answer.module.css';
import { lostKinds } from './lostKinds.ts';
import { OtherNodes } from './OtherNodes.tsx';
import { ticketText } from './ticketText.ts';
import { WayBack } from './WayBack.tsx';

const space: Fragment = { text: ' ', kind: 'text' };
const spaced = ({ fragments }: Sentence): Fragment[] => [...fragments, space];

function WhyNot({ whyNot }: { whyNot: NonNullable<Explanation['whyNot']> }) {
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button look="primary" title={`Why not ${whyNot.candidate}?`} />}>
        <span className={styles.cut}>Why not {whyNot.candidate}?</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={styles.layer} side="bottom" align="end" sideOffset={8}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.popupTitle}>Why not {whyNot.candidate}?</Popover.Title>
            {whyNot.sentences.map((sentence) => (
              <p key={sentence.text}>
                <FragmentText fragments={shortPlaces(sentence.fragments)} />
              </p>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function CopyForTicket({ text }: { text: () => string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const copy = async () => {
    setState((await copyText(text())) ? 'copied' : 'failed');
    window.setTimeout(() => setState('idle'), 1600);
  };
  const words = { idle: 'Copy for ticket', copied: 'Copied', failed: 'Copying is blocked' }[state];
  return (
    <Button onClick={() => void copy()} aria-live="polite">
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      {words}
    </Button>
  );
}

interface Props {
  explanation: Explanation;
  outcome: number;
  asking: boolean;
  onAsk: () => void;
}

export function Answer({ explanation, outcome, asking, onAsk }: Props) {
  const { headline, badges, issues, whyNot, outcomes, snapshot, captured } = explanation;
  const chosen = outcomes[outcome];
  const sentences = chosen?.sentences ?? explanation.sentences;
  const mattered = chosen?.steps.filter((step) => step.mattered && step.owner !== null) ?? [];
  const decided =
    mattered.find(({ kind }) => kind === 'rewrite' || kind === 'ipvs') ??
    mattered.find(({ owner }) => owner !== 'kernel');
  const lost = chosen !== undefined && lostKinds.includes(chosen.disposition.kind);
  const tint = lost ? 'var(--bad-tint)' : decided === undefined ? 'var(--raised)' : ownerLook(decided.owner).tint;
  return (
    <section className={styles.answer} aria-label="The answer" style={{ ['--answer-tint' as string]: tint }}>
      <div>
        <h1 className={styles.headline}>
          <FragmentText fragments={headline.fragments} />
        </h1>
        <p className={styles.why}>
          {outcomes.length > 1 && chosen !== undefined && (
            <>
              <FragmentText fragments={chosen.headline.fragments} />{' '}
            </>
          )}
          <FragmentText fragments={shortPlaces(sentences.flatMap(spaced))} />
        </p>
        {snapshot !== undefined && (
          <p className={snapshot.later === null ? styles.snapshot : styles.snapshotDiffers}>{snapshot.text}</p>
        )}
        {captured !== undefined && (
          <p className={captured.agrees === false ? styles.snapshotDiffers : styles.snapshot}>{captured.text}</p>
        )}
        {chosen?.onward && <OtherNodes onward={chosen.onward} />}
        {chosen?.reply && <WayBack reply={chosen.reply} />}
        <div className={styles.badges}>
          {badges.map(({ text, tone }) => (
            <Badge key={text} tone={tone}>
              {text}
            </Badge>
          ))}
        </div>
        {issues.length > 0 && (
          <details className={styles.issues}>
            <summary>{plural(issues.length, 'thing')} missing or not understood</summary>
            <ul>
              {issues.map((issue) => (
                <li key={issue}>{issue}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <div className={styles.actions}>
        {whyNot !== null && <WhyNot whyNot={whyNot} />}
        <CopyForTicket text={() => ticketText(explanation, outcome)} />
        <Button onClick={onAsk} on={asking} aria-expanded={asking}>
          <Icon name="pencil" />
          Another packet
        </Button>
      </div>
    </section>
  );
}
