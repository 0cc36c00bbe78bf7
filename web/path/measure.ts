// Widths of texts without a browser: average advances of the two fonts, a little wide, so that boxes never cut what fits.

export type Face = 'title' | 'strong' | 'text' | 'mono' | 'small';

const advance: Record<Face, number> = { title: 8.1, strong: 7.1, text: 6.6, mono: 7.25, small: 6.2 };

export const textWidth = (text: string, face: Face) => text.length * advance[face];

export function fitText(text: string, width: number, face: Face): string {
  const fits = Math.floor(width / advance[face] + 0.01);
  return text.length <= fits ? text : `${text.slice(0, Math.max(1, fits - 1))}…`;
}

/** Breaks at spaces into at most `most` rows; what is left over is cut in the last. */
export function wrapText(text: string, width: number, face: Face, most: number): string[] {
  const rows: string[] = [];
  let row = '';
  const words = text.split(' ');
  for (const [i, word] of words.entries()) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (row === '' || textWidth(longer, face) <= width) row = longer;
    else if (rows.length === most - 1) return [...rows, fitText(`${row} ${words.slice(i).join(' ')}`, width, face)];
    else {
      rows.push(fitText(row, width, face));
      row = word;
    }
  }
  return [...rows, fitText(row, width, face)];
}
