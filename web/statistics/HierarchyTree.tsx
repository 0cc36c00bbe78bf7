import { type KeyboardEvent, useMemo, useState } from 'react';
import type { HierarchyNode } from '../../api/statistics.ts';
import { Icon } from '../ui/Icon.tsx';
import { bytesText, countText } from '../ui/quantities.ts';
import styles from './HierarchyTree.module.css';

interface Line {
  readonly key: string;
  readonly depth: number;
  readonly node: HierarchyNode;
}

function linesOf(nodes: readonly HierarchyNode[], closed: ReadonlySet<string>, depth = 0, above = ''): Line[] {
  return nodes.flatMap((node) => {
    const key = `${above}/${node.protocol}`;
    const own = { key, depth, node };
    return closed.has(key) ? [own] : [own, ...linesOf(node.children, closed, depth + 1, key)];
  });
}

interface Props {
  roots: readonly HierarchyNode[];
  onOpen: (protocol: string) => void;
}

/** Protocols below the ones that carry them; the bars are shares of all packets. */
export function HierarchyTree({ roots, onOpen }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState(0);
  const lines = useMemo(() => linesOf(roots, closed), [roots, closed]);
  const total = Math.max(
    1,
    roots.reduce((sum, { packets }) => sum + packets, 0),
  );
  const chosen = lines[Math.min(active, lines.length - 1)];

  const fold = (key: string, close: boolean) => {
    const next = new Set(closed);
    if (close) next.add(key);
    else next.delete(key);
    setClosed(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (chosen === undefined) return;
    const moves: Record<string, number> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      Home: -lines.length,
      End: lines.length,
    };
    const move = moves[event.key];
    if (move !== undefined)
      setActive(Math.min(lines.length - 1, Math.max(0, Math.min(active, lines.length - 1) + move)));
    else if (event.key === 'ArrowLeft') fold(chosen.key, true);
    else if (event.key === 'ArrowRight') fold(chosen.key, false);
    else if (event.key === 'Enter') onOpen(chosen.node.protocol);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.holder}>
      <div className={styles.header} aria-hidden="true">
        <span>Protocol</span>
        <span>Share of packets</span>
        <span className={styles.numeric}>Packets</span>
        <span className={styles.numeric}>Bytes</span>
      </div>
      <div
        role="tree"
        aria-label="Protocol hierarchy"
        aria-activedescendant={chosen && `hierarchy-${lines.indexOf(chosen)}`}
        tabIndex={0}
        className={styles.tree}
        onKeyDown={onKeyDown}
      >
        {lines.map(({ key, depth, node }, i) => {
          const isClosed = closed.has(key);
          const isActive = lines[i] === chosen;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the tree keeps the focus and names the active item
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
            <div
              key={key}
              id={`hierarchy-${i}`}
              role="treeitem"
              aria-level={depth + 1}
              aria-selected={isActive}
              aria-expanded={node.children.length === 0 ? undefined : !isClosed}
              className={styles.line}
              onClick={() => setActive(i)}
              onDoubleClick={() => onOpen(node.protocol)}
            >
              <span className={styles.protocol} style={{ paddingLeft: 18 * depth }}>
                <button
                  type="button"
                  tabIndex={-1}
                  className={styles.fold}
                  aria-hidden="true"
                  style={{ visibility: node.children.length === 0 ? 'hidden' : 'visible' }}
                  onClick={() => fold(key, !isClosed)}
                >
                  <Icon name={isClosed ? 'right' : 'down'} size={12} />
                </button>
                {node.protocol}
              </span>
              <span className={styles.track} title={`${((100 * node.packets) / total).toFixed(2)} % of the packets`}>
                <span className={styles.bar} style={{ width: `${(100 * node.packets) / total}%` }} />
                <span className={styles.percent}>{((100 * node.packets) / total).toFixed(1)} %</span>
              </span>
              <span className={styles.numeric}>{countText(node.packets)}</span>
              <span className={styles.numeric}>{bytesText(node.bytes)}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
