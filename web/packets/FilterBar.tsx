import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ApiFailure } from '../sources/client.ts';
import { useFilterProblem } from '../sources/filterLanguage.ts';
import { usePacketCount } from '../sources/queries.ts';
import { type TimeFormat, usePreferences } from '../state/preferences.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { countText } from '../ui/quantities.ts';
import { scrollWithin } from '../ui/scrollWithin.ts';
import { useSettled } from '../ui/useSettled.ts';
import styles from './FilterBar.module.css';
import { withRecent } from './recentFilters.ts';
import { type Suggestion, useSuggestions } from './useSuggestions.ts';

const checkAfterMs = 180;
const formats: Record<TimeFormat, string> = { relative: 'Relative', delta: 'Delta', utc: 'UTC' };

type Verdict =
  | { state: 'empty' | 'checking' }
  | { state: 'valid'; matched: number }
  | { state: 'invalid'; message: string; position: number | null };

function useVerdict(caseId: string, text: string): Verdict {
  const settled = useSettled(text, checkAfterMs);
  // Only what can be a filter is counted by the server.
  const problem = useFilterProblem(settled.trim());
  const check = usePacketCount(caseId, settled.trim(), problem === null);
  if (text.trim() === '') return { state: 'empty' };
  if (settled === text && problem) return { state: 'invalid', ...problem };
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

interface OfferProps {
  title: string;
  list: readonly Suggestion[];
  active: number | null;
  onTake: (suggestion: Suggestion) => void;
}

function Offer({ title, list, active, onTake }: OfferProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active !== null) scrollWithin(box.current, box.current?.children[active] ?? null, 'nearest');
  }, [active]);
  return (
    <div className={styles.offer}>
      <p className={styles.offerTitle}>{title}</p>
      <div ref={box} id="filter-offer" role="listbox" aria-label={title} className={styles.options}>
        {list.map((suggestion, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option
          <div
            key={suggestion.shown}
            id={`filter-offer-${i}`}
            role="option"
            aria-selected={i === active}
            className={styles.option}
            onPointerDown={(event) => {
              event.preventDefault();
              onTake(suggestion);
            }}
          >
            <span className={styles.shown}>{suggestion.shown}</span>
            <span className={styles.of}>{suggestion.type}</span>
            <span className={styles.means}>{suggestion.description}</span>
          </div>
        ))}
      </div>
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
  /** False where no times are shown that could be written otherwise. */
  times?: boolean;
}

/** Wireshark's filter language; says valid or not as one types, and applies on Enter. */
export function FilterBar({ caseId, filter, onApply, onLeave, times = true }: Props) {
  const [text, setText] = useState(filter);
  const [focused, setFocused] = useState(false);
  const [cursor, setCursor] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const [closed, setClosed] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const wantedCursor = useRef<number | null>(null);
  const { recentFilters, setRecentFilters } = usePreferences();
  const suggestions = useSuggestions(text, cursor, focused && !closed);
  const offered = suggestions.list;
  useEffect(() => setText(filter), [filter]);
  const verdict = useVerdict(caseId, text);
  const applied = text.trim() === filter;

  useLayoutEffect(() => {
    if (wantedCursor.current === null) return;
    input.current?.setSelectionRange(wantedCursor.current, wantedCursor.current);
    wantedCursor.current = null;
  });
  const write = (next: string, at: number) => {
    setText(next);
    setCursor(at);
    setActive(null);
  };
  const take = (suggestion: Suggestion) => {
    wantedCursor.current = suggestion.cursor;
    write(suggestion.filter, suggestion.cursor);
    setClosed(true);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && offered.length > 0) {
      event.preventDefault();
      setActive(
        active === null ? (step === 1 ? 0 : offered.length - 1) : (active + step + offered.length) % offered.length,
      );
      return;
    }
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setClosed(false);
      return;
    }
    // Tab takes the first offer without a choice, as shells do; Escape closes the offers and gives Tab back.
    const first = event.key === 'Tab' && !event.shiftKey && text !== '' ? offered[0] : undefined;
    const chosen = active === null ? first : offered[active];
    if (chosen !== undefined && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      take(chosen);
      return;
    }
    if (event.key === 'Escape' && offered.length > 0 && text !== '') {
      setActive(null);
      setClosed(true);
      return;
    }
    if (event.key === 'Enter' && verdict.state !== 'invalid') {
      if (text.trim() !== '') setRecentFilters(withRecent(recentFilters, text.trim()));
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
          ref={input}
          id="filter"
          className={styles.input}
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls="filter-offer"
          aria-autocomplete="list"
          aria-activedescendant={active !== null && offered.length > 0 ? `filter-offer-${active}` : undefined}
          data-state={verdict.state}
          aria-label="Display filter"
          aria-invalid={verdict.state === 'invalid'}
          placeholder="Display filter …  tcp.port == 80 && ip.addr == 10.244.1.2     press / to type"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            write(event.target.value, event.target.selectionStart ?? event.target.value.length);
            setClosed(false);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onKeyDown={onKeyDown}
          onFocus={() => {
            setFocused(true);
            setClosed(false);
          }}
          onBlur={() => {
            setFocused(false);
            setActive(null);
          }}
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
        {focused && (verdict.state === 'invalid' || offered.length > 0) && (
          <div className={styles.below}>
            {verdict.state === 'invalid' && offered.length === 0 && (
              <Problem text={text} message={verdict.message} position={verdict.position} />
            )}
            {offered.length > 0 && <Offer title={suggestions.title} list={offered} active={active} onTake={take} />}
          </div>
        )}
      </div>
      {times && <TimeSwitch />}
    </div>
  );
}
