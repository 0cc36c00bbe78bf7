// One stage of the drawing: its box, its hooks with priorities, and rewrites where they happen.
import type { KeyboardEvent, ReactNode } from 'react';
import { patchCase } from '../state/useAddress.ts';
import { ownerLook } from '../ui/owner.ts';
import type { Box } from './layout.ts';
import styles from './StageBox.module.css';
import { lineText, looksLikeAddress, type PlacedLine, rowHeight } from './stageSize.ts';

function Linked({
  line,
  height,
  width,
  children,
}: {
  line: PlacedLine['line'];
  height: number;
  width: number;
  children: ReactNode;
}) {
  const { source } = line;
  if (source === null) return children;
  const open = () => patchCase({ dump: { file: source.file, line: source.line } });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    open();
  };
  const place = `${source.file}:${source.line}`;
  const visible = [lineText(line), line.rewrite?.before, line.rewrite && `→ ${line.rewrite.after}`]
    .filter(Boolean)
    .join(' ');
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button element
    <g role="button" tabIndex={0} className={styles.link} onClick={open} onKeyDown={onKeyDown}>
      <title>{`${visible}\n${place}\n${source.text}`}</title>
      <rect className={styles.hit} width={width} height={height} rx={6} />
      {children}
    </g>
  );
}

const firstBaseline = 14;

function Rewrite({ placed, width }: { placed: PlacedLine; width: number }) {
  const { line, rows, height, rewrite } = placed;
  const look = ownerLook(line.owner);
  const at = (row: number) => firstBaseline + 4 + row * rowHeight;
  return (
    <>
      <rect width={width} height={height} rx={8} fill={look.tint} stroke={look.color} />
      <Linked line={line} height={height} width={width}>
        {rows.map((text, i) => (
          <text key={text} x={6} y={at(i)} className={styles.strong} fill={look.color}>
            {text}
          </text>
        ))}
        <text x={6} y={at(rows.length)} className={styles.plainMono}>
          {rewrite?.before}
        </text>
        <text x={6} y={at(rows.length + 1)} className={`${styles.mono} ${styles.after}`} style={{ fill: look.color }}>
          {rewrite?.after}
        </text>
      </Linked>
    </>
  );
}

function Plain({ placed, width, middle }: { placed: PlacedLine; width: number; middle: boolean }) {
  const { line, rows, height } = placed;
  const coloured = line.owner !== null && (line.state !== 'passed' || line.owner === 'conntrack');
  const face = looksLikeAddress(line.text) ? styles.mono : styles.text;
  return (
    <Linked line={line} height={height} width={width}>
      {rows.map((text, i) => (
        <text
          key={text}
          x={middle ? width / 2 : 6}
          y={firstBaseline + i * rowHeight}
          textAnchor={middle ? 'middle' : 'start'}
          className={line.state === 'decided' ? `${face} ${styles.strong}` : face}
          style={coloured ? { fill: ownerLook(line.owner).color } : {}}
        >
          {text}
        </text>
      ))}
    </Linked>
  );
}

function Line({ placed, box }: { placed: PlacedLine; box: Box }) {
  const inset = box.size.padX - 6;
  const width = box.width - 2 * inset;
  return (
    <g transform={`translate(${inset} ${placed.y})`}>
      {placed.rewrite === null ? (
        <Plain placed={placed} width={width} middle={box.stage.kind === 'route'} />
      ) : (
        <Rewrite placed={placed} width={width} />
      )}
    </g>
  );
}

export function StageBox({ box, ending }: { box: Box; ending: 'good' | 'bad' | null }) {
  const { stage, size, width, height } = box;
  const look = ownerLook(stage.owner);
  const decided = stage.state === 'decided';
  const tone = ending === 'bad' ? 'bad' : null;
  const highlight = tone !== null || (decided && stage.kind === 'endpoint');
  const color = tone === null ? look.color : 'var(--bad)';
  const tint = tone === null ? look.tint : 'var(--bad-tint)';
  const middle = stage.kind === 'route';
  const x = middle ? width / 2 : size.padX;
  const names = [styles[stage.kind], stage.state === 'notReached' && styles.notReached].filter(Boolean).join(' ');
  const anchor = middle ? 'middle' : 'start';
  return (
    <g transform={`translate(${box.x} ${box.y})`} className={names}>
      <title>{[stage.title, stage.subtitle].filter(Boolean).join(' · ')}</title>
      <rect
        className={styles.box}
        width={width}
        height={height}
        rx={middle ? Math.min(32, height / 2) : stage.kind === 'interface' ? 8 : 12}
        style={highlight ? { fill: tint, stroke: color, strokeWidth: 2 } : {}}
      />
      <text x={x} y={size.titleY + 14} textAnchor={anchor} className={styles.title}>
        {size.title}
      </text>
      {size.subtitle !== null && (
        <text
          x={x}
          y={size.subtitleY + 13}
          textAnchor={anchor}
          className={looksLikeAddress(size.subtitle) ? styles.mono : styles.text}
        >
          {size.subtitle}
        </text>
      )}
      {size.lines.map((placed) => (
        <Line key={placed.y} placed={placed} box={box} />
      ))}
    </g>
  );
}
