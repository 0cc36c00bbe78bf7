import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Diagram, Outcome } from '../../api/explanation.ts';
import type { Owner } from '../../api/pieces.ts';
import { ownerLook } from '../ui/owner.ts';
import { type Edge, layoutDiagram } from './layout.ts';
import { lostKinds } from './lostKinds.ts';
import styles from './PathDrawing.module.css';
import { StageBox } from './StageBox.tsx';

/** Below this the texts of the drawing are too small to read: it scrolls instead. */
const smallestScale = 0.75;

function Arrow({ edge, decider }: { edge: Edge; decider: Owner | null }) {
  const color = edge.taken ? ownerLook(edge.owner ?? decider).color : 'var(--not-taken-line)';
  const { tip } = edge;
  return (
    <g>
      <path
        d={edge.path}
        fill="none"
        strokeWidth={edge.taken ? 3.5 : 1.75}
        strokeLinecap="round"
        {...(edge.taken ? {} : { strokeDasharray: '5 5' })}
        style={{ stroke: color }}
      />
      <path
        d="M-10 -5.5L0 0L-10 5.5Z"
        transform={`translate(${tip.x} ${tip.y}) rotate(${tip.angle})`}
        style={{ fill: color }}
      />
    </g>
  );
}

/** Who decided: the first stage that says so gives the way its colour where an edge names nobody. */
function deciderOf(diagram: Diagram): Owner | null {
  for (const { lane, lines } of diagram.stages) {
    const line = lines.find(
      ({ state, owner }) => lane === 'main' && owner !== null && (state === 'rewrite' || state === 'decided'),
    );
    if (line !== undefined) return line.owner;
  }
  return diagram.stages.find(({ state, owner }) => state === 'decided' && owner !== null)?.owner ?? null;
}

/** Boxes at which the packet is lost: the end of the way taken, and those of other ways over other nodes. */
function lostEnds(outcome: Outcome | undefined, lastTaken: string | undefined): ReadonlySet<string> {
  const out = new Set<string>();
  if (outcome === undefined) return out;
  const { onward, disposition } = outcome;
  const kind = onward?.legs.at(-1)?.disposition.kind ?? disposition.kind;
  if (lastTaken !== undefined && lostKinds.includes(kind)) out.add(lastTaken);
  onward?.others.forEach(({ legs }, n) => {
    const end = legs.at(-1)?.disposition.kind;
    if (end !== undefined && lostKinds.includes(end)) out.add(`way-${n}-end`);
  });
  return out;
}

export function PathDrawing({
  diagram,
  outcome,
  summary,
}: {
  diagram: Diagram;
  outcome: Outcome | undefined;
  summary: string;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState({ width: 1400, height: 400 });
  useLayoutEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined)
        setRoom({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const layout = useMemo(() => layoutDiagram(diagram, room.width, room.height), [diagram, room]);
  const scale = Math.max(smallestScale, Math.min(1, room.width / layout.width, room.height / layout.height));
  const decider = deciderOf(diagram);
  const lastTaken = diagram.stages.filter(({ lane }) => lane === 'main').at(-1)?.id;
  const lost = lostEnds(outcome, lastTaken);
  const [taken, notTaken] = [layout.edges.filter((edge) => edge.taken), layout.edges.filter((edge) => !edge.taken)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow screens and must be reachable by keyboard
    <section ref={holder} className={styles.scroll} aria-label="The node as the packet crosses it" tabIndex={0}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
      <svg
        className={styles.svg}
        role="group"
        aria-label={summary}
        width={Math.ceil(layout.width * scale)}
        height={Math.ceil(layout.height * scale)}
        viewBox={`0 0 ${Math.ceil(layout.width)} ${Math.ceil(layout.height)}`}
      >
        {layout.frame !== null && (
          <g>
            <rect
              className={styles.frame}
              x={layout.frame.x}
              y={layout.frame.y}
              width={layout.frame.width}
              height={layout.frame.height}
              rx={14}
            />
            <text className={styles.node} x={layout.frame.x + 16} y={layout.frame.y + 22}>
              {layout.frame.label}
            </text>
          </g>
        )}
        {[...notTaken, ...taken].map((edge) => (
          <Arrow key={edge.id} edge={edge} decider={decider} />
        ))}
        {layout.boxes.map((box) => (
          <StageBox key={box.stage.id} box={box} ending={lost.has(box.stage.id) ? 'bad' : null} />
        ))}
        {layout.edges.map(
          ({ id, label }) =>
            label !== null && (
              <text key={id} className={styles.label} x={label.x} y={label.y} textAnchor={label.anchor}>
                {label.text}
              </text>
            ),
        )}
      </svg>
    </section>
  );
}
