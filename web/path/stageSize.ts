// One stage of the drawing as a box: its size, and where each of its texts stands inside. Pure; see layout.ts.
import type { DiagramStage } from '../../api/explanation.ts';
import { type Face, fitText, textWidth, wrapText } from './measure.ts';

export type StageLine = DiagramStage['lines'][number];

export interface PlacedLine {
  line: StageLine;
  /** The text, in rows of 16 px below each other. */
  rows: string[];
  y: number;
  height: number;
  rewrite: { before: string; after: string } | null;
}

export interface StageSize {
  width: number;
  height: number;
  title: string;
  titleY: number;
  subtitle: string | null;
  subtitleY: number;
  lines: PlacedLine[];
  padX: number;
}

/** The widest a box may be; layout.ts narrows it where the way is long. */
export const widest = 264;
export const rowHeight = 16;

const minWidths: Record<DiagramStage['kind'], number> = {
  endpoint: 124,
  interface: 76,
  hook: 118,
  route: 96,
  ipvs: 118,
};
const routeWidth = 190;
const linePad = 3;
const blockPad = 6;

const minus = (n: number) => (n < 0 ? `−${-n}` : String(n));

export function lineText({ priority, text }: StageLine): string {
  return priority === null ? text : `${minus(priority)} ${text}`.trim();
}

export const looksLikeAddress = (text: string) => /^[0-9a-f.:[\]/]{7,}$/i.test(text);

const faceOf = (text: string): Face => (looksLikeAddress(text) ? 'mono' : 'text');

function faceOfLine(line: StageLine): Face {
  return line.rewrite !== null || line.state === 'decided' ? 'strong' : faceOf(line.text);
}

function rewriteTexts({ rewrite }: StageLine): { before: string; after: string } | null {
  return rewrite === null ? null : { before: `${rewrite.what} ${rewrite.before}`, after: `→ ${rewrite.after}` };
}

/** A rewrite without a text of its own belongs to the deciding line above it: one block says both. */
function merged(lines: readonly StageLine[]): StageLine[] {
  const list: StageLine[] = [];
  for (const line of lines) {
    const above = list.at(-1);
    const joins = line.rewrite !== null && line.text === '' && above?.state === 'decided' && above.rewrite === null;
    if (!joins || above === undefined) list.push(line);
    else {
      const { text, priority, owner, source } = above;
      list.splice(-1, 1, { ...line, text, priority, owner: line.owner ?? owner, source: line.source ?? source });
    }
  }
  return list;
}

function wantedWidth(stage: DiagramStage, lines: readonly StageLine[], titleFace: Face): number {
  const subtitle = stage.subtitle ?? '';
  const widths = [textWidth(stage.title, titleFace) + 4, textWidth(subtitle, faceOf(subtitle)) + 4];
  for (const line of lines) {
    widths.push(textWidth(lineText(line), faceOfLine(line)) + 4);
    const texts = rewriteTexts(line);
    if (texts !== null) widths.push(textWidth(texts.before, 'mono') + 4, textWidth(texts.after, 'mono') + 4);
  }
  return Math.max(...widths);
}

/** What cannot be broken into rows without losing its meaning: addresses of rewrites, titles. */
function leastWidth(stage: DiagramStage, lines: readonly StageLine[], titleFace: Face): number {
  const texts = lines.flatMap((line) => Object.values(rewriteTexts(line) ?? {}));
  return Math.max(textWidth(stage.title, titleFace) + 4, ...texts.map((text) => textWidth(text, 'mono') + 4));
}

function placeLine(line: StageLine, y: number, inner: number): PlacedLine {
  const texts = rewriteTexts(line);
  const text = lineText(line);
  const rows = text === '' ? [] : wrapText(text, inner + 2, faceOfLine(line), 3);
  if (texts === null) return { line, rows, y, height: rows.length * rowHeight + linePad, rewrite: null };
  return {
    line,
    rows,
    y: y + 3,
    height: (rows.length + 2) * rowHeight + 2 * blockPad,
    rewrite: { before: fitText(texts.before, inner, 'mono'), after: fitText(texts.after, inner, 'mono') },
  };
}

export function sizeStage(stage: DiagramStage, most: number = widest): StageSize {
  const small = stage.kind === 'interface';
  const titleFace: Face = small ? 'mono' : 'title';
  const padX = small ? 10 : stage.kind === 'route' ? 18 : 14;
  const padY = small ? 8 : 12;
  const source = merged(stage.lines);
  const limit = Math.max(
    stage.kind === 'route' ? Math.min(most, routeWidth) : most,
    Math.min(widest, leastWidth(stage, source, titleFace) + 2 * padX),
  );
  const wanted = Math.ceil(wantedWidth(stage, source, titleFace)) + 2 * padX;
  const width = Math.min(limit, Math.max(minWidths[stage.kind], wanted));
  const inner = width - 2 * padX;

  let y = padY;
  const titleY = y;
  y += 20;
  const subtitleY = y;
  if (stage.subtitle !== null) y += 18;
  if (source.length > 0 && !small) y += 4;
  const lines = source.map((line): PlacedLine => {
    const placed = placeLine(line, y, inner);
    y = placed.y + placed.height + (placed.rewrite === null ? 0 : 3);
    return placed;
  });
  return {
    width,
    height: y + padY - 2,
    title: fitText(stage.title, inner + 4, titleFace),
    titleY,
    subtitle: stage.subtitle === null ? null : fitText(stage.subtitle, inner + 4, faceOf(stage.subtitle)),
    subtitleY,
    lines,
    padX,
  };
}
