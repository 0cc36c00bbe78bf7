// Splits and prints lines the way iptables-save, ipset save and ipvsadm -S do: words, with "…" quoting and \ escapes.

export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** The words of a line; null when a quote is not closed. */
export function splitWords(line: string): Word[] | null {
  const words: Word[] = [];
  let i = 0;
  const n = line.length;
  while (i < n) {
    const c = line[i];
    if (c === ' ' || c === '\t') {
      i++;
      continue;
    }
    if (c === '"') {
      i++;
      const close = line.indexOf('"', i);
      if (close >= 0 && !line.slice(i, close).includes('\\')) {
        words.push({ text: line.slice(i, close), quoted: true });
        i = close + 1;
        continue;
      }
      let text = '';
      for (;;) {
        if (i >= n) return null;
        const q = line[i];
        if (q === '\\' && i + 1 < n) {
          text += line[i + 1];
          i += 2;
        } else if (q === '"') {
          i++;
          break;
        } else {
          text += q;
          i++;
        }
      }
      words.push({ text, quoted: true });
    } else {
      let end = i;
      while (end < n && line[end] !== ' ' && line[end] !== '\t') end++;
      words.push({ text: line.slice(i, end), quoted: false });
      i = end;
    }
  }
  return words;
}

/** A string as iptables quotes it: " ' and \ escaped. */
export function quoted(text: string): string {
  return `"${text.replace(/["'\\]/g, (c) => `\\${c}`)}"`;
}
