// The kernel's trace of native rules, as `nft monitor trace` prints it.
import type { ChildProcess } from 'node:child_process';
import readline from 'node:readline';
import type { Step, Trace } from '../../netpath/trace.ts';
import type { KernelLine } from './kernel-trace.ts';

const HEAD = /^trace id (\S+) (\S+) (\S+) (\S+) (.*)$/;

export class NftTraceReader {
  #lines: KernelLine[] = [];
  #packet = '';
  /** A rule that holds a chain without a name goes over lines. */
  #begun: string | null = null;
  #seen = 0;

  constructor(monitor: ChildProcess) {
    if (!monitor.stdout) throw new Error('no stdout');
    readline.createInterface({ input: monitor.stdout }).on('line', (l) => this.#read(l.trimEnd()));
  }

  #read(text: string): void {
    this.#seen++;
    const line: string = this.#begun === null ? text : `${this.#begun} ; ${text.trim()}`;
    this.#begun = /^trace id \S+ \S+ \S+ \S+ rule .*[^)]$/.test(line) ? line : null;
    const m = HEAD.exec(line);
    if (!m || this.#begun !== null) return;
    const [, , , table = '', chain = '', rest = ''] = m;
    if (rest.startsWith('packet: ')) {
      this.#packet = rest;
      return;
    }
    const field = (re: RegExp): string => re.exec(this.#packet)?.[1] ?? '';
    const common = {
      table,
      chain,
      src: field(/ip saddr (\S+)/),
      dst: field(/ip daddr (\S+)/),
      sport: field(/(?:tcp|udp) sport (\S+)/),
      dport: field(/(?:tcp|udp) dport (\S+)/),
      mark: 0,
      fresh: false,
    };
    const rule = /^(?:rule|unknown rule) (.*) \(verdict (\S+)(?: (\S+))?\)$/.exec(rest);
    const policy = /^policy (\S+)/.exec(rest);
    if (rule) {
      const verdict =
        rule[3] === undefined ? (rule[2] ?? '').toUpperCase() : `${(rule[2] ?? '').toUpperCase()}:${rule[3]}`;
      this.#lines.push({ ...common, kind: 'rule', verdict, rule: (rule[1] ?? '').trim() });
    } else if (policy)
      this.#lines.push({ ...common, kind: 'policy', verdict: (policy[1] ?? '').toUpperCase(), rule: '' });
    // "verdict continue" and "verdict return" without a rule: the end of a chain, which kernels from 6.7 on do not mean (chains.ts)
  }

  async take(quietMs: number, firstMs = 0): Promise<KernelLine[]> {
    for (const end = Date.now() + firstMs; this.#lines.length === 0 && Date.now() < end; )
      await new Promise((r) => setTimeout(r, 5));
    let seen = -1;
    while (seen !== this.#seen) {
      seen = this.#seen;
      await new Promise((r) => setTimeout(r, quietMs));
    }
    const out = this.#lines;
    this.#lines = [];
    return out;
  }
}

/** Counters move between the dump and the trace. */
const bare = (rule: string) => rule.replace(/counter packets \d+ bytes \d+/g, 'counter');

type Line = Pick<Step, 'table' | 'chain' | 'kind' | 'verdict' | 'rule'>;

/** A line of the kernel's trace, or a step of ours, as one text. */
export function nftLine(l: Line | KernelLine): string {
  // the kernel numbers chains without a name, and does not print their rules
  const inline = /^__chain/.test(l.chain ?? '');
  const verdict = (l.verdict ?? '').replace(/:__chain\d*$/, ':__chain');
  return `${l.table}:${inline ? '__chain' : l.chain}:${l.kind}:${verdict} ${inline ? '' : bare(l.rule ?? '')}`.trim();
}

export const nftLines = (t: Trace): string[] =>
  t.steps.filter((s) => s.kind === 'rule' || s.kind === 'policy' || s.kind === 'return').map(nftLine);

/** Waits until so many programs have joined a group of netfilter's netlink (/proc/net/netlink): before that a monitor is told nothing. */
export async function listening(read: () => string, programs: number): Promise<void> {
  for (let left = 500; left > 0; left--) {
    const sockets = read()
      .split('\n')
      .map((l) => l.trim().split(/\s+/));
    const joined = sockets.filter(([, protocol, , groups]) => protocol === '12' && !/^0*$/.test(groups ?? ''));
    if (joined.length >= programs) return;
    await new Promise((r) => setTimeout(r, 10));
  }
  throw new Error('the monitor does not listen after five seconds');
}
