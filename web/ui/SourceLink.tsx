import { patchCase } from '../state/useAddress.ts';
import styles from './SourceLink.module.css';
import { placeText } from './sourceLabel.ts';

interface Props {
  source: { file: string; line: number; text: string };
  /** Shown in place of `file:line`. */
  label?: string;
}

/** A claim's place in a dump; opens that line in the dump pane. */
export function SourceLink({ source, label }: Props) {
  const place = `${source.file}:${source.line}`;
  return (
    <button
      type="button"
      className={styles.link}
      title={`${place}\n${source.text}`}
      aria-label={`${label ?? placeText(source)}, ${place}`}
      onClick={() => patchCase({ tab: 'path', dump: { file: source.file, line: source.line } })}
    >
      {label ?? placeText(source)}
    </button>
  );
}
