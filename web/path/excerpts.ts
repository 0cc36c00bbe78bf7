// JSON dumps are one line of many thousand characters. Of such a line the parts that a claim was read from are shown.

export const longLine = 600;
const mostParts = 6;
const partLength = 480;

export function excerpts(text: string, claims: readonly string[]): string[] {
  const parts: string[] = [];
  for (const claim of new Set(claims)) {
    // A claim's text may itself be cut; its beginning is enough to find it.
    const at = text.indexOf(claim.slice(0, 120));
    if (claim === '' || at < 0 || parts.length === mostParts) continue;
    const to = Math.min(text.length, at + Math.min(claim.length, partLength));
    parts.push(`${at > 0 ? '…' : ''}${text.slice(at, to)}${to < text.length ? '…' : ''}`);
  }
  return parts.length > 0 ? parts : [`${text.slice(0, partLength)}…`];
}
