// Arithmetic of a list that is taller than a browser can scroll (Chromium stops at 33,554,428 px). The spacer is capped; the
// thumb's scrollTop is scaled to an offset in list pixels; the wheel adds real pixels to that offset, so that no row is
// ever out of reach and a notch of the wheel moves as far as everywhere else.

export const spacerLimit = 8_000_000;

export interface Extent {
  rowCount: number;
  rowHeight: number;
  /** Height that rows are seen in, without the header. */
  viewport: number;
  header: number;
}

export interface Scale {
  spacer: number;
  maxScroll: number;
  maxOffset: number;
  /** List pixels a scroll pixel; 1 while the list fits. */
  ratio: number;
}

export function scaleOf({ rowCount, rowHeight, viewport, header }: Extent): Scale {
  const height = rowCount * rowHeight;
  const spacer = Math.min(height + header, spacerLimit);
  const maxScroll = Math.max(0, spacer - header - viewport);
  const maxOffset = Math.max(0, height - viewport);
  return { spacer, maxScroll, maxOffset, ratio: maxScroll === 0 ? 1 : maxOffset / maxScroll };
}

export const clampOffset = (scale: Scale, offset: number) => Math.min(scale.maxOffset, Math.max(0, offset));

export const offsetOfScroll = (scale: Scale, scrollTop: number) =>
  scrollTop >= scale.maxScroll ? scale.maxOffset : clampOffset(scale, scrollTop * scale.ratio);

export const scrollOfOffset = (scale: Scale, offset: number) => clampOffset(scale, offset) / scale.ratio;

export interface RowWindow {
  first: number;
  /** One past the last row drawn. */
  end: number;
  /** Pixels the first row stands above the top edge. */
  shift: number;
}

export function rowsAt({ rowCount, rowHeight, viewport }: Extent, offset: number): RowWindow {
  const first = Math.min(Math.floor(offset / rowHeight), Math.max(0, rowCount - 1));
  const end = Math.min(rowCount, Math.ceil((offset + viewport) / rowHeight));
  return { first, end: Math.max(first, end), shift: offset - first * rowHeight };
}

/** The nearest offset at which the row is wholly seen. */
export function offsetShowing({ rowHeight, viewport }: Extent, offset: number, row: number): number {
  const top = row * rowHeight;
  if (top < offset) return top;
  return top + rowHeight > offset + viewport ? top + rowHeight - viewport : offset;
}

export type ListKey = 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end';

const listKeys: Record<string, ListKey> = {
  ArrowUp: 'up',
  k: 'up',
  ArrowDown: 'down',
  j: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'home',
  g: 'home',
  End: 'end',
  G: 'end',
};

export const listKeyOf = (key: string): ListKey | null => listKeys[key] ?? null;

export function movedRow({ rowCount, rowHeight, viewport }: Extent, row: number | null, key: ListKey): number {
  const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
  const from = row ?? -1;
  const to = { up: from - 1, down: from + 1, pageUp: from - page, pageDown: from + page, home: 0, end: rowCount - 1 }[
    key
  ];
  return Math.min(rowCount - 1, Math.max(0, to));
}
