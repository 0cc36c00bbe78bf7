// `ip -j rule`: the policy routing rules, in order of priority.
import { parsePrefix } from '../core/address.ts';
import { protocolNumber } from '../core/protocol-numbers.ts';
import type { DumpFormat } from './dump-format.ts';
import { Json } from './json-items.ts';
import { readJsonList } from './json-list.ts';
import type { RoutingRule } from './state.ts';

const ACTIONS = ['blackhole', 'unreachable', 'prohibit', 'nop', 'goto'];

function withLength(j: Json, key: string) {
  const text = j.get(key).string;
  if (text === null || text === 'all') return null;
  const length = j.get(`${key}len`).number;
  return parsePrefix(length === null ? text : `${text}/${length}`);
}

function portRange(j: Json, key: string): readonly [number, number] | null {
  const one = j.get(key).number;
  if (one !== null) return [one, one];
  const from = j.get(`${key}_start`).number;
  const to = j.get(`${key}_end`).number;
  return from === null || to === null ? null : [from, to];
}

/** A number that may be printed as 12, "12" or "0x12". */
function integer(j: Json): number | null {
  return j.number ?? (j.string !== null && /^(0x[0-9a-f]+|\d+)$/i.test(j.string) ? Number(j.string) : null);
}

export const dumpFormat: DumpFormat = {
  name: 'ip-rule',
  command: 'ip -j rule',
  detect: (file) => readJsonList.looksLike(file, (j) => j.has('priority') && j.has('src') && !j.has('ifname')),
  read(file, state, warn) {
    const family = /6/.test(file.path.split('/').at(-1) ?? '') ? 6 : 4;
    const rules: RoutingRule[] = [];
    for (const item of readJsonList(file, warn)) {
      const j = new Json(item.value);
      const ref = file.refAt(item.from, item.to);
      const priority = j.get('priority').number;
      if (priority === null) {
        warn('suspicious', ref, 'a routing rule without priority');
        continue;
      }
      const known = new Set([
        'priority',
        'not',
        'src',
        'srclen',
        'dst',
        'dstlen',
        'fwmark',
        'fwmask',
        'iif',
        'iif_detached',
        'oif',
        'ipproto',
        'sport',
        'sport_start',
        'sport_end',
        'dport',
        'dport_start',
        'dport_end',
        'table',
        'protocol',
        'action',
        'suppress_prefixlen',
        ...ACTIONS,
      ]);
      for (const [key] of j.entries)
        if (!known.has(key)) warn('unsupported', ref, `rule selector "${key}" is not understood`);
      rules.push({
        priority,
        negated: j.has('not'),
        src: withLength(j, 'src'),
        dst: withLength(j, 'dst'),
        mark: integer(j.get('fwmark')),
        markMask: integer(j.get('fwmask')) ?? 0xffffffff,
        iif: j.get('iif').string,
        oif: j.get('oif').string,
        protocol: j.get('ipproto').string === null ? null : protocolNumber(j.get('ipproto').string ?? ''),
        sport: portRange(j, 'sport'),
        dport: portRange(j, 'dport'),
        action: ACTIONS.find((a) => j.has(a)) ?? j.get('action').string ?? 'lookup',
        table: j.get('table').string ?? 'main',
        family,
        ref,
      });
    }
    state.host.rules = [...(state.host.rules ?? []), ...rules].sort((a, b) => a.priority - b.priority);
  },
};
