import { memo } from 'react';
import type { PacketRow as Row } from '../../api/schemas.ts';
import { gridCell, gridRow } from '../ui/gridRoles.ts';
import { Icon } from '../ui/Icon.tsx';
import { countText } from '../ui/quantities.ts';
import styles from './PacketRow.module.css';
import { rewriteNotes } from './rewriteText.ts';

interface Props {
  index: number;
  row: Row | null;
  time: string;
  fullTime: string;
  active: boolean;
  onSelect: (index: number) => void;
}

/** An address, and behind it the name that the capture gives it. */
function Address({ address, name }: { address: string; name: string | undefined }) {
  return (
    <span {...gridCell} title={name === undefined ? address : `${address} = ${name}`}>
      {address}
      {name !== undefined && <span className={styles.name}>{name}</span>}
    </span>
  );
}

/** A row of the list; before its page has come, its place. */
export const PacketRow = memo(function PacketRow({ index, row, time, fullTime, active, onSelect }: Props) {
  const place = gridRow('packet', index, active, () => onSelect(index));
  if (row === null) {
    return (
      <div {...place} className={`${styles.row} ${styles.waiting}`}>
        <span {...gridCell} className={styles.number}>
          …
        </span>
        {[1, 2, 3, 4, 5, 6, 7].map((cell) => (
          <span key={cell} {...gridCell} />
        ))}
      </div>
    );
  }
  const names = row.rewritten === null ? styles.row : `${styles.row} ${styles.rewritten}`;
  const { comments } = row;
  const notes = row.rewritten === null ? [] : rewriteNotes(row.rewritten);
  return (
    <div {...place} className={names} data-color={row.color}>
      <span {...gridCell} className={styles.number}>
        {row.no}
      </span>
      <span {...gridCell} className={styles.number} title={fullTime}>
        {time}
      </span>
      <Address address={row.source} name={row.sourceName} />
      <Address address={row.destination} name={row.destinationName} />
      <span {...gridCell}>{row.protocol}</span>
      <span {...gridCell} className={styles.number}>
        {countText(row.length)}
      </span>
      <span {...gridCell} className={styles.point} title={row.point}>
        {row.point}
      </span>
      <span {...gridCell} title={notes.map(({ title }) => title).join('\n') || undefined}>
        {notes.map(({ text }) => (
          <span key={text} className={styles.nat}>
            {text}
          </span>
        ))}
        {comments !== undefined && (
          <span className={styles.comment} title={comments.join('\n')}>
            <Icon name="comment" size={12} />
            <span className={styles.said}>{comments[0]}</span>
            {comments.length > 1 && ` +${comments.length - 1}`}
          </span>
        )}
        {row.info}
      </span>
    </div>
  );
});
