import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { FieldNode } from '../../api/schemas.ts';
import { Icon } from '../ui/Icon.tsx';
import { scrollWithin } from '../ui/scrollWithin.ts';
import styles from './FieldTree.module.css';
import { type FieldRow, fieldRows, labelOf } from './fieldTree.ts';
import { useOpenFields } from './openFields.ts';

interface Props {
  layers: readonly FieldNode[];
  chosen: string | null;
  onChoose: (row: FieldRow) => void;
  onHover: (node: FieldNode | null) => void;
}

/** The packet's fields. Arrows move, open and close, as in any tree. */
export function FieldTree({ layers, chosen, onChoose, onHover }: Props) {
  const tree = useRef<HTMLDivElement>(null);
  const { isOpen, setOpen } = useOpenFields();
  const rows = fieldRows(layers, isOpen);
  const at = rows.findIndex(({ key }) => key === chosen);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another field was chosen: bring it into view
  useEffect(() => {
    scrollWithin(tree.current, tree.current?.querySelector('[aria-selected="true"]'), 'nearest');
  }, [chosen]);

  const choose = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row !== undefined) onChoose(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const moves: Record<string, () => void> = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at - 1),
      Home: () => choose(0),
      End: () => choose(rows.length - 1),
      ArrowRight: () => row && (row.node.children.length > 0 && !row.open ? setOpen(row.key, true) : choose(at + 1)),
      ArrowLeft: () =>
        row && (row.open ? setOpen(row.key, false) : choose(rows.findIndex(({ key }) => key === row.parent))),
      Enter: () => row && setOpen(row.key, !row.open),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  return (
    <div
      ref={tree}
      className={styles.tree}
      role="tree"
      tabIndex={0}
      aria-label="Fields of the packet"
      aria-activedescendant={at >= 0 ? `field-${at}` : undefined}
      onKeyDown={onKeyDown}
      onPointerLeave={() => onHover(null)}
    >
      {rows.map((row, i) => {
        const { node, level, open, key } = row;
        const names = [styles.row, level === 1 && styles.layer, node.generated && styles.generated]
          .filter(Boolean)
          .join(' ');
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active item
          <div
            key={key}
            id={`field-${i}`}
            role="treeitem"
            aria-level={level}
            aria-selected={key === chosen}
            aria-expanded={node.children.length > 0 ? open : undefined}
            className={names}
            data-severity={node.severity}
            title={node.filter ?? undefined}
            style={{ paddingLeft: level * 16 - 4 }}
            onPointerEnter={() => onHover(node)}
            onPointerDown={() => onChoose(row)}
            onDoubleClick={() => setOpen(key, !open)}
          >
            <span className={styles.twist} onPointerDown={() => setOpen(key, !open)}>
              {node.children.length > 0 && <Icon name={open ? 'down' : 'right'} size={12} />}
            </span>
            {labelOf(node)}
          </div>
        );
      })}
    </div>
  );
}
