import type { CaptureRequest, FilterPreview, Pod } from '../../api/live.ts';
import { useFilterPreview } from '../sources/pods.ts';
import { useCaptureDraft } from '../state/captureDraft.ts';
import { useSettled } from '../ui/useSettled.ts';
import styles from './FilterField.module.css';
import { presetsFor } from './request.ts';

type Effective = FilterPreview['points'][number];

/** Points where the same filter runs for the same reason stand in one line. */
function grouped(points: readonly Effective[]): { labels: string[]; filter: string; note: string }[] {
  const groups: { labels: string[]; filter: string; note: string }[] = [];
  for (const { label, filter, note } of points) {
    const same = groups.find((group) => group.filter === filter && group.note === note);
    if (same === undefined) groups.push({ labels: [label], filter, note });
    else same.labels.push(label);
  }
  return groups;
}

export interface PreviewState {
  preview: FilterPreview | null;
  /** tcpdump's own words, or why it could not be asked. */
  error: string | null;
  checking: boolean;
}

export function usePreview(request: CaptureRequest, enabled: boolean): PreviewState {
  const settled = useSettled(request.filter, 250);
  const answer = useFilterPreview({ ...request, filter: settled }, enabled);
  const preview = answer.data ?? null;
  const error = answer.isError ? answer.error.message : (preview?.error ?? null);
  return { preview, error, checking: settled !== request.filter || answer.isFetching };
}

export function FilterField({ pods, state }: { pods: readonly Pod[]; state: PreviewState }) {
  const filter = useCaptureDraft(({ draft }) => draft.filter);
  const patch = useCaptureDraft((store) => store.patch);
  const { preview, error, checking } = state;
  const look = error !== null ? 'invalid' : filter.trim() === '' || checking ? 'empty' : 'valid';
  return (
    <div className={styles.field}>
      <input
        id="capture-filter"
        className={styles.input}
        data-state={look}
        aria-label="Capture filter"
        aria-invalid={error !== null}
        aria-describedby="capture-filter-said"
        placeholder="everything; or tcp port 80, host 10.244.1.5 …"
        autoComplete="off"
        spellCheck={false}
        value={filter}
        onChange={(event) => patch({ filter: event.target.value })}
      />
      <div className={styles.presets}>
        {presetsFor(pods).map((preset) => (
          <button
            key={preset.name}
            type="button"
            className={styles.preset}
            title={preset.filter === '' ? 'no filter' : preset.filter}
            aria-pressed={preset.filter === filter.trim()}
            onClick={() => patch({ filter: preset.filter })}
          >
            {preset.name}
          </button>
        ))}
      </div>
      <div id="capture-filter-said" aria-live="polite">
        {error !== null ? (
          <pre className={styles.error}>{error}</pre>
        ) : (
          <ul className={styles.effective} data-checking={checking} aria-label="The filter at each point">
            {grouped(preview?.points ?? []).map(({ labels, filter: runs, note }) => (
              <li key={labels.join()}>
                at {labels.join(', ')}: <code>{runs === '' ? 'everything' : runs}</code>
                {note !== '' && <span className={styles.note}>{note}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
