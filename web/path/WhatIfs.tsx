import type { WhatIf } from '../../api/explanation.ts';
import { Pane } from '../ui/Panes.tsx';
import styles from './WhatIfs.module.css';

function Card({ entry }: { entry: WhatIf }) {
  const { label, detail, before, after, changed, tone } = entry;
  return (
    <li className={styles.card} data-changed={changed && tone === 'good'}>
      <h3 className={styles.label}>{label}</h3>
      {detail !== '' && <p className={styles.detail}>{detail}</p>}
      {changed ? (
        <p className={styles.result}>
          <del className={styles.before}>{before}</del>
          <ins className={styles.after} data-tone={tone} style={{ textDecoration: 'none' }}>
            {after}
          </ins>
        </p>
      ) : (
        <p className={`${styles.result} ${styles.same}`}>No change: {after}</p>
      )}
    </li>
  );
}

/** The simulator run again on a changed node; what changes the answer comes first. */
export function WhatIfs({ list }: { list: readonly WhatIf[] }) {
  const ordered = [...list].sort((a, b) => Number(b.changed) - Number(a.changed));
  return (
    <Pane title="What if">
      {ordered.length === 0 ? (
        <p className={styles.none}>No change of the node was tried for this packet.</p>
      ) : (
        <ul className={styles.list}>
          {ordered.map((entry) => (
            <Card key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </Pane>
  );
}
