// The kernel's trace of ip6tables-nft's rules: `nft -a monitor trace` names them by handle, and the n-th handle of a chain in
// `nft -a list ruleset` is its n-th rule in ip6tables-save. (xtables-monitor 1.8.9 cannot print rules of IPv6.)
//
// Surprise: ends of chains and RETURN are left out, as nft's trace does not tell them alike on all kernels.
import type { KernelLine } from './kernel-trace.ts';

const HEAD = /^trace id \S+ ip6 (\S+) (\S+) (rule|policy|packet:) ?(.*)$/;

/** Texts of the rules of ip6tables-save, by table, chain and handle. */
function byHandle(ruleset: string, save: string): Map<string, string> {
  const rules = new Map<string, string[]>();
  let table = '';
  for (const l of save.split('\n')) {
    if (l.startsWith('*')) table = l.slice(1);
    const m = /^(?:\[\d+:\d+\] )?(-A (\S+).*)$/.exec(l);
    if (!m?.[1]) continue;
    const key = `${table} ${m[2]}`;
    rules.set(key, [...(rules.get(key) ?? []), m[1]]);
  }
  const out = new Map<string, string>();
  let ours = false;
  let chain = '';
  let n = 0;
  for (const l of ruleset.split('\n')) {
    const t = /^table (\S+) (\S+) \{/.exec(l);
    if (t) {
      ours = t[1] === 'ip6';
      table = t[2] ?? '';
    }
    const c = /^\tchain (\S+) \{/.exec(l);
    if (c) {
      chain = c[1] ?? '';
      n = 0;
    }
    const h = /^\t\t.* # handle (\d+)$/.exec(l);
    if (!ours || !h) continue;
    const rule = rules.get(`${table} ${chain}`)?.[n++];
    if (rule !== undefined) out.set(`${table} ${chain} ${h[1]}`, rule);
  }
  return out;
}

/** Without the handles, as a snapshot would take it. */
export const withoutHandles = (ruleset: string): string => ruleset.replace(/ # handle \d+$/gm, '');

export function nftTraceLines(trace: string, ruleset: string, save: string): KernelLine[] {
  const rules = byHandle(ruleset, save);
  const out: KernelLine[] = [];
  let packet = '';
  let fresh = false;
  for (const l of trace.split('\n')) {
    const m = HEAD.exec(l.trimEnd());
    if (!m) continue;
    const [, table = '', chain = '', what = '', rest = ''] = m;
    if (what === 'packet:') {
      packet = rest;
      fresh = true;
      continue;
    }
    const field = (name: string): string => new RegExp(`\\b${name} (\\S+)`).exec(packet)?.[1] ?? '';
    const rule = /# handle (\d+) \(verdict (\S+)(?: (\S+))?\)$/.exec(rest);
    const policy = what === 'policy' ? /^(\S+)/.exec(rest)?.[1] : undefined;
    if (rule?.[2] === 'return' || (!rule && policy === undefined)) continue;
    const verdict = rule ? `${rule[2]}`.toUpperCase() + (rule[3] ? `:${rule[3]}` : '') : `${policy}`.toUpperCase();
    out.push({
      kind: rule ? 'rule' : 'policy',
      table,
      chain,
      verdict,
      rule: rule ? (rules.get(`${table} ${chain} ${rule[1]}`) ?? `handle ${rule[1]}`) : '',
      src: field('ip6 saddr'),
      dst: field('ip6 daddr'),
      sport: field('(?:tcp|udp) sport'),
      dport: field('(?:tcp|udp) dport'),
      mark: 0,
      ...(rule ? {} : { markAtEnd: Number(/meta mark (0x[0-9a-f]+)/.exec(rest)?.[1] ?? '0') }),
      fresh,
    });
    fresh = false;
  }
  return out;
}
