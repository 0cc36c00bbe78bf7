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
  /** The mark at the end of a base chain, where the trace tells it there and not with the packet. */
  readonly markAtEnd?: number;
  /** A PACKET line stands directly before this one: only here is the packet known to be as shown. */
  readonly fresh: boolean;
}

const PACKET = /^PACKET: 2 (\S+) (.*)$/;
const TRACE = /^ TRACE: 2 (\S+) ([^:]+):([^:]+):(rule|return|policy)(?::0x[0-9a-f]+)?:(\S*)\s*(?:-4 -t \S+ (-A .*))?$/;

/** Reads the monitor's output line by line: a PACKET line holds for the TRACE lines after it. */
class TraceParser {
  #packet = '';
  #fresh = false;

  read(text: string): KernelLine | null {
    const p = PACKET.exec(text);
    if (p) {
      this.#packet = p[2] ?? '';
      this.#fresh = true;
      return null;
    }
    const t = TRACE.exec(text.trimEnd());
    if (!t) return null;
    const fresh = this.#fresh;
    this.#fresh = false;
    const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(this.#packet)?.[1] ?? '';
    return {
      kind: t[4] === 'return' ? 'return' : t[4] === 'policy' ? 'policy' : 'rule',
      table: t[2] ?? '',
      chain: t[3] ?? '',
      // xtables-monitor has no name for NFT_RETURN and prints its number; of a queue nobody listens on, bit 15 says to pass
      verdict:
        t[5] === '0xfffffffb'
          ? 'RETURN'
          : (t[5] ?? '').replace(/^0x[0-9a-f]*([0-9a-f])003$/, (_, bits: string) =>
              Number.parseInt(bits, 16) & 8 ? 'ACCEPT' : 'DROP',
            ),
      rule: (t[6] ?? '').trim(),
      src: field('SRC'),
      dst: field('DST'),
      sport: field('SPORT'),
      dport: field('DPORT'),
      mark: Number(field('MARK') || '0'),
      fresh,
    };
  }
}

/** The lines of a whole output. */
export function linesOf(output: string): KernelLine[] {
  const parser = new TraceParser();
  return output.split('\n').flatMap((l) => parser.read(l) ?? []);
}

export class TraceReader {
  readonly #parser = new TraceParser();
  #lines: KernelLine[] = [];
  #pending = 0;

  constructor(monitor: ChildProcess) {
    if (!monitor.stdout) throw new Error('no stdout');
    readline.createInterface({ input: monitor.stdout }).on('line', (l) => {
      this.#pending++;
      const line = this.#parser.read(l);
      if (line) this.#lines.push(line);
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
    const out = this.#lines;
    this.#lines = [];
    return out;
  }
}
