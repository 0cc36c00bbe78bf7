// Where everything of the drawing stands. Left to right: the way taken on one line, with the node as a frame around what is
// inside it; the way not taken below, each chain under the stage it branches from. Pure, in pixels, without a browser.
import type { Diagram, DiagramStage } from '../../api/explanation.ts';
import type { Owner } from '../../api/pieces.ts';
import { textWidth } from './measure.ts';
import { type StageSize, sizeStage, widest } from './stageSize.ts';

export interface Box {
  stage: DiagramStage;
  size: StageSize;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Edge {
  id: string;
  path: string;
  /** Tip of the arrow and the way it points, in degrees: 0 is right. */
  tip: { x: number; y: number; angle: number };
  taken: boolean;
  owner: Owner | null;
  label: { text: string; x: number; y: number; anchor: 'middle' | 'end' } | null;
}

export interface Layout {
  width: number;
  height: number;
  frame: { x: number; y: number; width: number; height: number; label: string } | null;
  boxes: Box[];
  edges: Edge[];
}

const gap = 28;
const crossingGap = 58;
const maxStretch = 48;
const framePad = 18;
const frameHead = 34;
const rowGap = 30;
const branch = 76;
const margin = 2;

const centerX = (box: Box) => box.x + box.width / 2;
const centerY = (box: Box) => box.y + box.height / 2;
const right = (box: Box) => box.x + box.width;
const bottom = (box: Box) => box.y + box.height;

function place(stage: DiagramStage, x: number, most: number): Box {
  const size = sizeStage(stage, most);
  return { stage, size, x, y: 0, width: size.width, height: size.height };
}

type DiagramEdge = Diagram['edges'][number];

function gapBetween(edges: readonly DiagramEdge[], from: DiagramStage, to: DiagramStage): number {
  const crosses = from.insideNode !== to.insideNode;
  const label = edges.find((edge) => edge.from === from.id && edge.to === to.id)?.label ?? '';
  const needed = label === '' ? 0 : textWidth(label, 'small') + (crosses ? framePad + 18 : 22);
  return Math.max(crosses ? crossingGap : gap, needed);
}

/** Widths that boxes may have at most: narrower ones have more rows. The one that is drawn largest is taken. */
const boxWidths = [widest, 224, 190, 160];

interface MainWay {
  boxes: Box[];
  gaps: number[];
  natural: number;
}

function sizeMain(diagram: Diagram, most: number): MainWay {
  const stages = diagram.stages.filter(({ lane }) => lane === 'main');
  const boxes = stages.map((stage) => place(stage, 0, most));
  const gaps = boxes.slice(1).map((box, i) => gapBetween(diagram.edges, boxes[i]?.stage ?? box.stage, box.stage));
  const ends = (stages[0]?.insideNode === true ? framePad : 0) + (stages.at(-1)?.insideNode === true ? framePad : 0);
  const widths = [...boxes.map(({ width }) => width), ...gaps];
  return { boxes, gaps, natural: widths.reduce((sum, n) => sum + n, ends + 2 * margin) };
}

/** The way taken, on one line; room to spare goes into the gaps. */
function placeMain(diagram: Diagram, targetWidth: number, most: number): Box[] {
  const { boxes, gaps, natural } = sizeMain(diagram, most);
  const spare = gaps.length === 0 ? 0 : Math.min(maxStretch, Math.max(0, (targetWidth - natural) / gaps.length));
  let x = margin + (boxes[0]?.stage.insideNode === true ? framePad : 0);
  boxes.forEach((box, i) => {
    box.x = x;
    x += box.width + (gaps[i] ?? 0) + spare;
  });
  const tallest = Math.max(0, ...boxes.map(({ height }) => height));
  for (const box of boxes) box.y = frameHead + tallest / 2 - box.height / 2;
  return boxes;
}

interface Chain {
  boxes: Box[];
  left: number;
}

/** The ways not taken, as chains: a stage continues the chain of the stage before it, or starts one under its source. */
function chainsOf(diagram: Diagram, main: readonly Box[], most: number): Chain[] {
  const chains: Chain[] = [];
  for (const stage of diagram.stages) {
    if (stage.lane === 'main') continue;
    const from = diagram.edges.find((edge) => edge.to === stage.id)?.from;
    const chain = chains.find(({ boxes }) => boxes.at(-1)?.stage.id === from);
    const last = chain?.boxes.at(-1);
    if (chain !== undefined && last !== undefined) {
      chain.boxes.push(place(stage, right(last) + gapBetween(diagram.edges, last.stage, stage), most));
      continue;
    }
    const source =
      main.find((box) => box.stage.id === from) ??
      chains.flatMap(({ boxes }) => boxes).find((box) => box.stage.id === from);
    const x = source === undefined ? margin + framePad : centerX(source) + branch;
    const label = diagram.edges.find((edge) => edge.to === stage.id)?.label ?? '';
    const left = source === undefined ? x : centerX(source) - textWidth(label, 'text') - 16;
    chains.push({ boxes: [place(stage, x, most)], left });
  }
  return chains;
}

function settleRows(chains: readonly Chain[], main: readonly Box[]): void {
  const settled = [...main];
  for (const { boxes, left } of chains) {
    const end = Math.max(...boxes.map(right));
    const inTheWay = settled.filter((box) => box.x < end + 8 && right(box) > left - 8);
    const top = Math.max(frameHead, ...inTheWay.map(bottom)) + rowGap;
    const tallest = Math.max(...boxes.map(({ height }) => height));
    for (const box of boxes) box.y = top + tallest / 2 - box.height / 2;
    settled.push(...boxes);
  }
}

/** What stands outside the node on the right shares one column, right of the frame, however far the frame reaches. */
function alignOutside(main: readonly Box[], chains: readonly Chain[]): number | null {
  const inside = [...main, ...chains.flatMap(({ boxes }) => boxes)].filter(({ stage }) => stage.insideNode);
  if (inside.length === 0) return null;
  const frameRight = Math.max(...inside.map(right)) + framePad;
  const lastInside = main.map(({ stage }) => stage.insideNode).lastIndexOf(true);
  const after = main.slice(lastInside + 1);
  const column = Math.max(after[0]?.x ?? 0, frameRight + crossingGap - framePad);
  const shift = column - (after[0]?.x ?? column);
  for (const box of after) box.x += shift;
  for (const { boxes } of chains) {
    boxes.forEach((box, i) => {
      const before = boxes[i - 1];
      const free = before === undefined ? box.x : Math.max(box.x, right(before) + gap);
      box.x = box.stage.insideNode ? free : Math.max(free, column);
    });
  }
  return frameRight;
}

function straight(from: Box, to: Box): Pick<Edge, 'path' | 'tip'> {
  const y = centerY(to);
  return { path: `M${right(from)} ${centerY(from)}L${to.x - 8} ${y}`, tip: { x: to.x - 1, y, angle: 0 } };
}

function curved(from: Box, to: Box): Pick<Edge, 'path' | 'tip'> {
  const x = centerX(from);
  const y = centerY(to);
  if (to.x > x && y > bottom(from)) {
    const [tx, sy] = [to.x - 8, bottom(from)];
    return {
      path: `M${x} ${sy}C${x} ${sy + (y - sy) * 0.75} ${x + 16} ${y} ${tx} ${y}`,
      tip: { x: to.x - 1, y, angle: 0 },
    };
  }
  // Back up to the way taken: into the target from below.
  const [tx, ty] = [centerX(to), bottom(to) + 8];
  const sy = centerY(from);
  return {
    path: `M${right(from)} ${sy}C${tx} ${sy} ${tx} ${sy} ${tx} ${ty}`,
    tip: { x: tx, y: bottom(to) + 1, angle: -90 },
  };
}

function drawEdge(edge: DiagramEdge, from: Box, to: Box, frameRight: number | null): Edge {
  const sameRow = Math.abs(centerY(from) - centerY(to)) < 1 && to.x >= right(from);
  const shape = sameRow ? straight(from, to) : curved(from, to);
  let label: Edge['label'] = null;
  if (edge.label !== null && edge.label !== '') {
    const leaves = from.stage.insideNode && !to.stage.insideNode && frameRight !== null && sameRow && edge.taken;
    const enters = !from.stage.insideNode && to.stage.insideNode && sameRow;
    const startX = leaves ? frameRight : right(from);
    const endX = enters ? to.x - framePad : to.x;
    label = sameRow
      ? { text: edge.label, x: (startX + endX - 6) / 2, y: centerY(to) - 9, anchor: 'middle' }
      : { text: edge.label, x: centerX(from) - 10, y: centerY(to) + 4, anchor: 'end' };
  }
  return { id: `${edge.from}>${edge.to}`, ...shape, taken: edge.taken, owner: edge.owner, label };
}

function layoutWith(diagram: Diagram, targetWidth: number, most: number): Layout {
  const main = placeMain(diagram, targetWidth, most);
  const chains = chainsOf(diagram, main, most);
  const side = chains.flatMap(({ boxes }) => boxes);
  const frameRight = alignOutside(main, chains);
  settleRows(chains, main);

  const boxes = [...main, ...side];
  const inside = boxes.filter(({ stage }) => stage.insideNode);
  const frameLeft = Math.min(...inside.map(({ x }) => x)) - framePad;
  const frameBottom = Math.max(...inside.map(bottom)) + framePad;
  const byId = new Map(boxes.map((box) => [box.stage.id, box]));
  const edges = diagram.edges.flatMap((edge) => {
    const from = byId.get(edge.from);
    const to = byId.get(edge.to);
    return from === undefined || to === undefined ? [] : [drawEdge(edge, from, to, frameRight)];
  });
  return {
    width: Math.max(frameRight ?? 0, ...boxes.map(right)) + margin,
    height: Math.max(frameRight === null ? 0 : frameBottom, ...boxes.map(bottom)) + margin,
    frame:
      frameRight === null
        ? null
        : {
            x: frameLeft,
            y: margin / 2,
            width: frameRight - frameLeft,
            height: frameBottom - margin / 2,
            label: diagram.node,
          },
    boxes,
    edges,
  };
}

/** Lays the drawing out for a room; what does not fit is for the caller to scale. */
export function layoutDiagram(diagram: Diagram, width: number, height: number = Number.POSITIVE_INFINITY): Layout {
  const scaleOf = (layout: Layout) => Math.min(1, width / layout.width, height / layout.height);
  const [first, ...rest] = boxWidths.map((most) => layoutWith(diagram, width, most));
  // A little smaller is better than a little more broken.
  return rest.reduce(
    (best, layout) => (scaleOf(layout) > scaleOf(best) + 0.02 ? layout : best),
    first ?? layoutWith(diagram, width, widest),
  );
}
