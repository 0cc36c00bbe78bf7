// The kernel's trace and the simulator's, in one form, so that they can be held against each other line by line.
import type { Step, Trace } from '../../netpath/trace.ts';
import type { SentPacket } from './generate.ts';
import { addressToIpv6 } from './ipv6.ts';
import type { KernelLine } from './kernel-trace.ts';
import { ADDRESSES, DEVICES } from './namespaces.ts';

const text = (
  kind: string,
  table: string | null,
  chain: string | null,
  verdict: string | null,
  rule: string | null,
): string => `${table}:${chain}:${kind}:${kind === 'return' ? '' : (verdict ?? '')} ${rule ?? ''}`.trim();

export const ofKernel = (l: KernelLine): string => text(l.kind, l.table, l.chain, l.verdict, l.rule);

export const ofTrace = (t: Pick<Trace, 'steps'>): { step: Step; text: string }[] =>
  t.steps
    .filter((s) => s.kind === 'rule' || s.kind === 'return' || s.kind === 'policy')
    .map((step) => ({ step, text: text(step.kind, step.table, step.chain, step.verdict, step.rule) }));

/** Where the packet's addresses or mark differ, looked at where the kernel shows the packet anew. */
export function packetDifference(steps: readonly Step[], lines: readonly KernelLine[]): string | null {
  const v6 = lines.some((l) => l.markAtEnd !== undefined);
  for (let i = 0; i < lines.length; i++) {
    const l = lines[i];
    const s = steps[i];
    if (!l || !s) continue;
    if (l.markAtEnd !== undefined && l.markAtEnd !== s.packet.mark)
      return `${ofKernel(l)}: mark is ${l.markAtEnd}, we say ${s.packet.mark}`;
    if (!l.fresh) continue;
    const fields: [string, string, string][] = [
      ['src', l.src, s.packet.src],
      ['dst', l.dst, s.packet.dst],
      ['sport', l.sport || String(s.packet.sport ?? ''), String(s.packet.sport ?? '')],
      ['dport', l.dport || String(s.packet.dport ?? ''), String(s.packet.dport ?? '')],
    ];
    // the mark is shown as the rule left it, the rest as the rule found it
    if (!/MARK/.test(l.rule) && !v6) fields.push(['mark', String(l.mark), String(s.packet.mark)]);
    for (const [name, kernel, ours] of fields)
      if (kernel !== ours) return `${ofKernel(l)}: ${name} is ${kernel}, we say ${ours}`;
  }
  return null;
}

/** A packet that was sent, as the simulator is asked for it. */
export function specOf(p: SentPacket): string {
  const v6 = p.dst.includes(':');
  const at = (ip: string, port: number) => (v6 ? `[${ip}]:${port}` : `${ip}:${port}`);
  const client = v6 ? addressToIpv6(ADDRESSES.client) : ADDRESSES.client;
  if (p.proto === 'icmp') return `${v6 ? 'icmpv6' : 'icmp'} ${client} > ${p.dst} in ${DEVICES.inside}`;
  if (p.from === 'node') return `${p.proto} *:${p.sport} > ${at(p.dst, p.dport)} local`;
  return `${p.proto} ${at(client, p.sport)} > ${at(p.dst, p.dport)} in ${DEVICES.inside}`;
}
