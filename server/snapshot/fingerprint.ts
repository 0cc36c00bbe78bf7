// Tells whether two snapshots say the same, without reading them.
import { createHash } from 'node:crypto';

/** What changes in dumps although nothing was changed: times, counters, what is left of a lease. */
const passing = new RegExp(
  [
    '^# (?:Generated|Completed) .*',
    String.raw`^\[\d+:\d+\] (?=-A)`,
    String.raw`(?<=^:\S+ \S+ )\[\d+:\d+\]$`,
    // Of ipset's entries, what is left of them and what they counted.
    String.raw` timeout \d+\b`,
    String.raw` packets \d+ bytes \d+`,
    String.raw`counter packets \d+ bytes \d+`,
    String.raw`"(?:valid_life_time|preferred_life_time|expires)": ?\d+`,
    String.raw`^net\.netfilter\.nf_conntrack_count = \d+$`,
  ].join('|'),
  'gm',
);

/** Characters between two turns of the event loop: some ten milliseconds of work. */
const slice = 1 << 20;

/** The same for dumps that say the same. Lets the event loop turn between portions. */
export async function fingerprint(files: readonly { readonly path: string; readonly text: string }[]): Promise<string> {
  const hash = createHash('sha1');
  for (const { path, text } of files) {
    hash.update(`${path}\0`);
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at + slice);
      const next = end < 0 ? text.length : end + 1;
      hash.update(text.slice(at, next).replace(passing, ''));
      at = next;
      if (at < text.length) await new Promise((go) => setImmediate(go));
    }
    hash.update('\0');
  }
  return hash.digest('hex');
}
