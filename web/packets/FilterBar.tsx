import { type KeyboardEvent, useEffect, useState } from 'react';
import { ApiFailure } from '../sources/client.ts';
import { usePacketCount } from '../sources/queries.ts';
import { type TimeFormat, usePreferences } from '../state/preferences.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { countText } from '../ui/quantities.ts';
import { useSettled } from '../ui/useSettled.ts';
import styles from './FilterBar.module.css';

const checkAfterMs = 180;
const formats: Record<TimeFormat, string> = { relative: 'Relative', delta: 'Delta', utc: 'UTC' };

type Verdict =
  | { state: 'empty' | 'checking' }
  | { state: 'valid'; matched: number }
  | { state: 'invalid'; message: string; position: number | null };

function useVerdict(caseId: string, text: string): Verdict {
  const settled = useSettled(text, checkAfterMs);
  const check = usePacketCount(caseId, settled.trim());
  if (text.trim() === '') return { state: 'empty' };
  if (settled !== text || check.isPending) return { state: 'checking' };
  if (check.data !== undefined) return { state: 'valid', matched: check.data.matched };
  const { error } = check;
  return {
    state: 'invalid',
    message: error?.message ?? '',
    position: error instanceof ApiFailure ? error.position : null,
  };
}

function Problem({ text, message, position }: { text: string; message: string; position: number | null }) {
  return (
    <div className={styles.problem} role="alert">
      {position !== null && (
        <pre>
          {text.slice(0, position)}
          <mark>{text.slice(position) || ' '}</mark>
        </pre>
      )}
      {message}
    </div>
  );
}

function TimeSwitch() {
  const { timeFormat, setTimeFormat } = usePreferences();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of toggle buttons, not a form's fieldset
    <div className={styles.times} role="group" aria-label="Time">
      {(Object.keys(formats) as TimeFormat[]).map((format) => (
        <button
          key={format}
          type="button"
          className={styles.time}
          aria-pressed={format === timeFormat}
          onClick={() => setTimeFormat(format)}
        >
          {formats[format]}
        </button>
      ))}
    </div>
  );
}

interface Props {
  caseId: string;
  filter: string;
  onApply: (filter: string) => void;
  onLeave: () => void;
}

/** Wireshark's filter language; says valid or not as one types, and applies on Enter. */
export function FilterBar({ caseId, filter, onApply, onLeave }: Props) {
  const [text, setText] = useState(filter);
  const [focused, setFocused] = useState(false);
  useEffect(() => setText(filter), [filter]);
  const verdict = useVerdict(caseId, text);
  const applied = text.trim() === filter;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && verdict.state !== 'invalid') {
      onApply(text.trim());
      onLeave();
    }
    if (event.key === 'Escape') {
      setText(filter);
      onLeave();
    }
  };
  const words = { empty: '', checking: '…', valid: '', invalid: 'invalid' }[verdict.state];
  const said =
    verdict.state === 'valid' ? (applied ? countText(verdict.matched) : `${countText(verdict.matched)} ↵`) : words;
  return (
    <div className={styles.bar}>
      <div className={styles.field}>
        <input
          id="filter"
          className={styles.input}
          data-state={verdict.state}
          aria-label="Display filter"
          aria-invalid={verdict.state === 'invalid'}
          placeholder="Display filter …  tcp.port == 80 && ip.addr == 10.244.1.2     press / to type"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        <span className={styles.inside}>
          <output className={styles.verdict} data-state={verdict.state}>
            {said}
          </output>
          {text !== '' && (
            <Button
              look="quiet"
              square
              className={styles.clear}
              aria-label="Clear the filter"
              onClick={() => {
                setText('');
                onApply('');
              }}
            >
              <Icon name="close" size={14} />
            </Button>
          )}
        </span>
        {verdict.state === 'invalid' && focused && (
          <Problem text={text} message={verdict.message} position={verdict.position} />
        )}
      </div>
      <TimeSwitch />
    </div>
  );
}
