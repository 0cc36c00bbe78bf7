// `socket transparent`, `socket wildcard`, `socket mark`, `socket cgroupv2 level N` of nftables. Without a socket the rule ends.
import type { ExprModule, Value, ValueType } from '../kernel/nft-value.ts';
import { SOCKETS, socketOf } from '../kernel/socket-lookup.ts';
import { unknown } from '../tri.ts';

const v = (type: ValueType, value: Value['value']): Value => ({ type, value });

export const expr: ExprModule = {
  kind: 'socket',
  evaluate(e, c) {
    if (e.kind !== 'socket') return null;
    const found = socketOf(c);
    if (found === null || 'unknown' in found) return found;
    switch (e.key) {
      case 'transparent':
        return found.transparent === null
          ? unknown('whether the socket is transparent', SOCKETS)
          : v('number', found.transparent ? 1 : 0);
      case 'wildcard':
        return found.wildcard === null
          ? unknown('whether the socket is bound to an address', SOCKETS)
          : v('number', found.wildcard ? 1 : 0);
      case 'mark':
        return found.mark === null ? unknown('the mark of the socket', SOCKETS) : v('number', found.mark);
      case 'cgroupv2': {
        const path = found.listener?.cgroup ?? null;
        if (path === null) return unknown('the cgroup of the socket', SOCKETS);
        // the first so many parts; one that is not as deep has none there
        const parts = path.split('/').slice(1);
        const level = e.level ?? 0;
        return level > parts.length ? null : v('symbol', parts.slice(0, level).join('/'));
      }
      default:
        return unknown(`socket ${e.key}`, 'a running node');
    }
  },
};
