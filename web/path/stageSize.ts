// One stage of the drawing as a box: its size, and where each of its texts stands inside. Pure; see layout.ts.
import type { DiagramStage } from '../../api/schemas.ts';
import { type Face, fitText, textWidth } from './measure.ts';

export type StageLine = DiagramStage['lines'][number];

export interface PlacedLine {
  line: StageLine;
  text: string;
  /** Top of the line in the box; a rewrite is a block of three text lines. */
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

const maxWidth = 264;
const lineHeight = 19;
const rewriteHeight = 62;
const minWidths: Record<DiagramStage['kind'], number> = {
  endpoint: 124,
  interface: 76,
  hook: 118,
  route: 96,
  ipvs: 118,
};

const minus = (n: number) => (n < 0 ? `−${-n}` : String(n));

export function lineText({ priority, text }: StageLine): string {
  return priority === null ? text : `${minus(priority)} ${text}`;
}

export const looksLikeAddress = (text: string) => /^[0-9a-f.:[\]/]{7,}$/i.test(text);

const faceOf = (text: string): Face => (looksLikeAddress(text) ? 'mono' : 'text');

function rewriteTexts({ rewrite }: StageLine): { before: string; after: string } | null {
  return rewrite === null ? null : { before: `${rewrite.what} ${rewrite.before}`, after: `→ ${rewrite.after}` };
}

function widest(stage: DiagramStage, titleFace: Face): number {
  const widths = [textWidth(stage.title, titleFace), textWidth(stage.subtitle ?? '', faceOf(stage.subtitle ?? ''))];
  for (const line of stage.lines) {
    const texts = rewriteTexts(line);
    widths.push(textWidth(lineText(line), texts === null ? faceOf(line.text) : 'title') + (texts === null ? 0 : 4));
    if (texts !== null) widths.push(textWidth(texts.before, 'mono') + 4, textWidth(texts.after, 'mono') + 4);
  }
  return Math.max(...widths);
}

export function sizeStage(stage: DiagramStage): StageSize {
  const small = stage.kind === 'interface';
  const titleFace: Face = small ? 'mono' : 'title';
  const padX = small ? 10 : stage.kind === 'route' ? 22 : 14;
  const padY = small ? 8 : 12;
  const wanted = Math.ceil(widest(stage, titleFace)) + 2 * padX;
  const width = Math.min(maxWidth, Math.max(minWidths[stage.kind], wanted));
  const inner = width - 2 * padX;

  let y = padY;
  const titleY = y;
  y += 20;
  const subtitleY = y;
  if (stage.subtitle !== null) y += 18;
  if (stage.lines.length > 0 && !small) y += 4;
  const lines = stage.lines.map((line): PlacedLine => {
    const texts = rewriteTexts(line);
    const height = texts === null ? lineHeight : rewriteHeight + 6;
    const face = texts === null ? faceOf(line.text) : 'title';
    const placed: PlacedLine = {
      line,
      text: fitText(lineText(line), inner + 2, face),
      y: texts === null ? y : y + 3,
      height: texts === null ? lineHeight : rewriteHeight,
      rewrite: texts && { before: fitText(texts.before, inner, 'mono'), after: fitText(texts.after, inner, 'mono') },
    };
    y += height;
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
