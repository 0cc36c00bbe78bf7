// Every DNAT of native nftables, with what a packet must look like to get there: kube-proxy's verdict maps, hostPorts of portmap and
// CRI-O, rules by hand. Tables that iptables-nft manages are read from iptables-save.
// Surprise: an address that is matched against a set is left open, because a set of addresses that is asked for is the node's own.
import { ipText, parseIp } from '../../parsers/core/address.ts';
import type { NftElement, NftExpr, NftRule, NftStatement, NftTable } from '../../parsers/nodestate/nft-syntax.ts';
import type { NodeState } from '../../parsers/nodestate/state.ts';

export interface NftDnat {
  /** `ip kube-proxy` */
  readonly table: string;
  readonly chain: string;
  readonly protocol: string;
  /** Null: any address of the node. */
  readonly address: string | null;
  readonly port: number;
  readonly to: { readonly address: string; readonly port: number };
  readonly comment: string | null;
}

interface Narrowed {
  readonly address: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
}

const visitLimit = 500_000;

function* elementsOf(table: NftTable, data: NftExpr): Iterable<NftElement> {
  if (data.kind === 'set') yield* data.elements;
  if (data.kind === 'setRef') yield* table.sets.get(data.name)?.elements ?? [];
}

const textOf = (value: NftExpr | undefined | null): string | null => (value?.kind === 'value' ? value.text : null);

function portOf(value: NftExpr | undefined | null): number | null {
  const text = textOf(value) ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** A packet whose `key` has this value; null when it cannot also be what it already is. */
function where(before: Narrowed, key: NftExpr, value: NftExpr): Narrowed | null {
  if (key.kind === 'concat') {
    if (value.kind !== 'concat') return before;
    let here: Narrowed | null = before;
    for (const [i, item] of key.items.entries()) {
      const of = value.items[i];
      if (here !== null && of !== undefined) here = where(here, item, of);
    }
    return here;
  }
  const text = textOf(value);
  if (text === null) return before;
  const set = <K extends keyof Narrowed>(name: K, to: Narrowed[K]): Narrowed | null =>
    before[name] === null || before[name] === to ? { ...before, [name]: to } : null;
  if (key.kind === 'payload' && key.field === 'daddr') {
    const ip = parseIp(text);
    return ip === null ? before : set('address', ipText(ip));
  }
  if (key.kind === 'payload' && key.field === 'dport') {
    const named = key.protocol === 'th' ? before : set('protocol', key.protocol);
    const port = portOf(value);
    if (named === null || port === null) return named;
    return named.port === null || named.port === port ? { ...named, port } : null;
  }
  const isProtocol =
    (key.kind === 'meta' && key.key === 'l4proto') ||
    (key.kind === 'payload' && (key.field === 'protocol' || key.field === 'nexthdr'));
  return isProtocol ? set('protocol', text) : before;
}

/** What may still pass after a match. Only what is asserted narrows; a refusal of other packets is nothing to us. */
function after(table: NftTable, before: Narrowed, s: NftStatement): Narrowed[] {
  if (s.kind !== 'match' || (s.op !== 'in' && s.op !== '==')) return [before];
  const { left, right } = s;
  if (right.kind === 'value' || right.kind === 'concat') {
    const here = where(before, left, right);
    return here === null ? [] : [here];
  }
  const open = left.kind === 'payload' && left.field === 'daddr';
  if ((right.kind !== 'set' && right.kind !== 'setRef') || open) return [before];
  const each = [...elementsOf(table, right)].flatMap((e) => where(before, left, e.key) ?? []);
  return each.length === 0 ? [before] : each;
}

interface Target {
  readonly here: Narrowed;
  readonly address: NftExpr | undefined;
  readonly port: NftExpr | null | undefined;
}

function* targets(table: NftTable, here: Narrowed, s: Extract<NftStatement, { kind: 'nat' }>): Iterable<Target> {
  const { address, port } = s;
  if (address?.kind === 'concat') yield { here, address: address.items[0], port: address.items[1] };
  else if (address?.kind !== 'map') yield { here, address: address ?? undefined, port };
  else {
    for (const { key, value } of elementsOf(table, address.data)) {
      const hit = where(here, address.key, key);
      if (hit === null || value === null) continue;
      if (value.kind === 'concat') yield { here: hit, address: value.items[0], port: value.items[1] };
      else yield { here: hit, address: value, port };
    }
  }
}

class Walk {
  readonly found: NftDnat[] = [];
  private readonly table: NftTable;
  private readonly seen = new Set<string>();
  private visits = 0;

  constructor(table: NftTable) {
    this.table = table;
  }

  chain(name: string, before: Narrowed): void {
    const stack: [string, Narrowed][] = [[name, before]];
    for (let next = stack.pop(); next !== undefined && this.visits < visitLimit; next = stack.pop()) {
      const [chain, here] = next;
      const key = `${chain} ${here.address} ${here.port} ${here.protocol}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      const further = (this.table.chains.get(chain)?.rules ?? []).flatMap((rule) => this.rule(chain, rule, here));
      stack.push(...further.reverse());
    }
  }

  /** The chains that it leads to. */
  private rule(chain: string, rule: NftRule, before: Narrowed): [string, Narrowed][] {
    const further: [string, Narrowed][] = [];
    let all: Narrowed[] = [before];
    for (const s of rule.statements) {
      this.visits += all.length;
      all = all.flatMap((here) => after(this.table, here, s));
      for (const here of all) {
        if (s.kind === 'nat' && s.type === 'dnat') this.dnat(chain, rule, here, s);
        if (s.kind === 'verdict' && s.verdict.chain !== null) further.push([s.verdict.chain, here]);
        if (s.kind !== 'vmap') continue;
        for (const { key, verdict } of elementsOf(this.table, s.data)) {
          this.visits += 1;
          const hit = verdict?.chain == null ? null : where(here, s.key, key);
          if (hit !== null && verdict?.chain != null) further.push([verdict.chain, hit]);
        }
      }
    }
    return further;
  }

  private dnat(chain: string, rule: NftRule, here: Narrowed, s: Extract<NftStatement, { kind: 'nat' }>): void {
    for (const target of targets(this.table, here, s)) {
      const { protocol, port, address } = target.here;
      const ip = parseIp(textOf(target.address) ?? '');
      if (ip === null || port === null || protocol === null) continue;
      const to = { address: ipText(ip), port: portOf(target.port) ?? port };
      const table = `${this.table.family} ${this.table.name}`;
      this.found.push({ table, chain, protocol, address, port, to, comment: rule.comment });
    }
  }
}

export function nftDnats(state: NodeState): NftDnat[] {
  const { nft } = state;
  if (nft === null) return [];
  return nft.tables.flatMap((table) => {
    if (table.managedByIptables || !['ip', 'ip6', 'inet'].includes(table.family)) return [];
    const walk = new Walk(table);
    for (const base of nft.baseChains) {
      const ours = base.table === table.name && base.family === table.family;
      if (ours && base.type === 'nat' && ['prerouting', 'output'].includes(base.hook))
        walk.chain(base.name, { address: null, port: null, protocol: null });
    }
    return walk.found;
  });
}
