// The kernel's own trace, as `xtables-monitor --trace` prints it: for each packet the rules, returns and policies it met.
import type { ChildProcess } from 'node:child_process';
import readline from 'node:readline';

export interface KernelLine {
  readonly kind: 'rule' | 'return' | 'policy';
  readonly table: string;
  readonly chain: string;
  readonly verdict: string;
  readonly rule: string;
  /** The packet as the last PACKET line showed it. */
  readonly src: string;
  readonly dst: string;
  readonly sport: string;
  readonly dport: string;
  readonly mark: number;
}

const PACKET = /^PACKET: 2 (\S+) (.*)$/;
const TRACE = /^ TRACE: 2 (\S+) ([^:]+):([^:]+):(rule|return|policy)(?::0x[0-9a-f]+)?:(\S*)\s*(?:-4 -t \S+ (-A .*))?$/;

export class TraceReader {
  #lines: { id: string; line: KernelLine }[] = [];
  #packet = '';
  #pending = 0;

  constructor(monitor: ChildProcess) {
    if (!monitor.stdout) throw new Error('no stdout');
    readline.createInterface({ input: monitor.stdout }).on('line', (l) => this.#read(l));
  }

  #read(text: string): void {
    this.#pending++;
    const p = PACKET.exec(text);
    if (p) {
      this.#packet = p[2] ?? '';
      return;
    }
    const t = TRACE.exec(text.trimEnd());
    if (!t) return;
    const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(this.#packet)?.[1] ?? '';
    this.#lines.push({
      id: t[1] ?? '',
      line: {
        kind: t[4] === 'return' ? 'return' : t[4] === 'policy' ? 'policy' : 'rule',
        table: t[2] ?? '',
        chain: t[3] ?? '',
        // xtables-monitor has no name for NFT_RETURN and prints its number
        verdict: t[5] === '0xfffffffb' ? 'RETURN' : (t[5] ?? ''),
        rule: (t[6] ?? '').trim(),
        src: field('SRC'),
        dst: field('DST'),
        sport: field('SPORT'),
        dport: field('DPORT'),
        mark: Number(field('MARK') || '0'),
      },
    });
  }

  /** The lines since the last call: waits for the first (up to `firstMs`), then until none has come for `quietMs`. */
  async take(quietMs: number, firstMs = 0): Promise<KernelLine[]> {
    for (const end = Date.now() + firstMs; this.#lines.length === 0 && Date.now() < end; )
      await new Promise((r) => setTimeout(r, 5));
    let seen = -1;
    while (seen !== this.#pending) {
      seen = this.#pending;
      await new Promise((r) => setTimeout(r, quietMs));
    }
    const out = this.#lines.map((x) => x.line);
    this.#lines = [];
    return out;
  }
}
