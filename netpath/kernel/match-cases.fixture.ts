// The cases that every match must have: yes, no, negated, unreadable. A meta test looks for them in each match's test.
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../parsers/core/address.ts';
import { parseRule } from '../../parsers/nodestate/iptables-save.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import { isUnknown, type Tri } from '../tri.ts';
import type { Context, MatchModule } from './clause.ts';
import { type Connection, newConnection } from './conntrack.ts';
import { Machine } from './machine.ts';
import type { Packet } from './packet.ts';
import { World } from './world.ts';

export interface Given {
  readonly packet?: Partial<Packet> & { readonly from?: string; readonly to?: string };
  readonly connection?: Partial<Connection>;
  readonly hook?: Context['hook'];
  readonly ipvs?: Context['ipvs'];
  /** Dumps of the node, read as a snapshot; the default has 10.0.0.2 on eth0 and a few sets. */
  readonly dumps?: readonly string[];
}

/** Options as in the dump, with what the packet or node is like where it matters. */
export type Case = string | readonly [string, Given];

const NODE = [
  '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","address":"02:00:00:00:00:01","addr_info":[{"family":"inet","local":"10.0.0.2","prefixlen":24,"broadcast":"10.0.0.255","scope":"global"}]}]',
  '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]},{"dst":"10.0.0.0/24","dev":"eth0","flags":[]},{"type":"local","dst":"10.0.0.2","dev":"eth0","table":"local","flags":[]},{"type":"broadcast","dst":"10.0.0.255","dev":"eth0","table":"local","flags":[]},{"dst":"10.9.0.0/16","dev":"eth1","flags":[]}]',
  'create hip hash:ip family inet\nadd hip 10.0.0.2\ncreate hnet hash:net family inet\nadd hnet 10.0.0.0/8\nadd hnet 10.0.0.2 nomatch\ncreate ports bitmap:port range 0-65535\nadd ports 80\ncreate hipport hash:ip,port family inet\nadd hipport 10.0.0.2,tcp:80\n',
];

export function contextOf(given: Given): Context {
  const { from, to, ...rest } = given.packet ?? {};
  const packet: Packet = {
    family: 4,
    protocol: 6,
    src: parseIp(from ?? '10.0.0.1') ?? { family: 4, a: 0, b: 0, c: 0, d: 0 },
    dst: parseIp(to ?? '10.0.0.2') ?? { family: 4, a: 0, b: 0, c: 0, d: 0 },
    sport: 40000,
    dport: 80,
    icmpType: null,
    icmpCode: null,
    tcpFlags: 2,
    mark: 0,
    ttl: 64,
    length: 60,
    df: true,
    tos: 0,
    mac: null,
    dmac: null,
    vlan: null,
    frameType: null,
    at: null,
    seen: null,
    tproxy: null,
    inIf: 'eth0',
    outIf: null,
    physIn: null,
    physOut: null,
    bridged: false,
    ...rest,
  };
  const machine = new Machine(readSnapshot((given.dumps ?? NODE).map((text, i) => ({ path: `dump-${i}`, text }))));
  return {
    packet,
    connection: { ...newConnection(packet), attached: true, ...given.connection },
    hook: given.hook ?? 'PREROUTING',
    node: machine,
    world: new World([]),
    ipvs: given.ipvs ?? null,
  };
}

function optionsOf(module: string, text: string) {
  const parsed = parseRule(`-A X ${module === '' ? '' : `-m ${module} `}${text}`.trimEnd());
  if (typeof parsed === 'string') throw new Error(`${text}: ${parsed}`);
  return parsed.matches.find((m) => m.module === module)?.options ?? [];
}

/** The answer of the whole match: false wins over unknown, as in a chain walk. */
export function answer(match: MatchModule, text: string, given: Given = {}): Tri | string {
  const clauses = match.compile(optionsOf(match.module, text), given.packet?.family ?? 4);
  if (typeof clauses === 'string') return clauses;
  let result: Tri = true;
  for (const c of clauses) {
    const t = c.evaluate(contextOf(given));
    if (t === false) return false;
    if (isUnknown(t)) result = t;
    else if (result === true) c.explain(contextOf(given));
  }
  return result;
}

export interface MatchCases {
  readonly yes: readonly Case[];
  readonly no: readonly Case[];
  /** Negated options with whether they then hold. Empty for a module whose options take no "!": say so in `noNegation`. */
  readonly negated: readonly (readonly [string, Given, boolean])[];
  readonly noNegation?: string;
  /** Options that are refused, so that the rule becomes unknown. */
  readonly unreadable: readonly string[];
  /** Cases that no dump can answer. */
  readonly unknown?: readonly Case[];
}

const split = (c: Case): readonly [string, Given] => (typeof c === 'string' ? [c, {}] : c);

export function matchCases(match: MatchModule, cases: MatchCases): void {
  describe(`-m ${match.module || '(base options)'}`, () => {
    test.each(cases.yes.map(split))('holds: %s', (text, given) => expect(answer(match, text, given)).toBe(true));
    test.each(cases.no.map(split))('does not hold: %s', (text, given) =>
      expect(answer(match, text, given)).toBe(false),
    );
    test.each(cases.negated)('negated: %s', (text, given, holds) => expect(answer(match, text, given)).toBe(holds));
    test.each(cases.unreadable)('is refused: %s', (text) => expect(typeof answer(match, text)).toBe('string'));
    if (cases.unknown) {
      test.each(cases.unknown.map(split))('is unknown: %s', (text, given) => {
        const a = answer(match, text, given);
        expect(typeof a === 'object' && a.settle.length > 0).toBe(true);
      });
    }
  });
}
