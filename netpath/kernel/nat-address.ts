// The address argument of DNAT, SNAT and --to-ports: `10.0.0.1`, `10.0.0.1:80`, `:80`, `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`.
import { compareIp, type Ip, parseIp } from '../../parsers/core/address.ts';
import type { NatAddress } from './clause.ts';

/** Addresses a range stands for are listed up to this many; a longer one is left unknown. */
const MAX_RANGE = 64;

function next(ip: Ip): Ip {
  if (ip.d !== 0xffffffff) return { ...ip, d: ip.d + 1 };
  return { ...ip, d: 0, c: (ip.c + 1) >>> 0 };
}

/** Every address that the argument allows; null when it is not understood or too wide. */
export function natChoices(text: string, randomPort: boolean): NatAddress[] | null {
  const m =
    /^(?:\[([^\]]+)\]|([0-9.]+(?:-[0-9.]+)?|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:-[0-9A-Fa-f:]+)?))?(?::(\d+)(?:-(\d+))?(?:\/\d+)?)?$/.exec(
      text,
    );
  if (!m) return null;
  const range = m[1] ?? m[2];
  const port = m[3] === undefined ? null : Number(m[3]);
  const random = randomPort || m[4] !== undefined;
  if (range === undefined) return [{ ip: null, port, randomPort: random }];
  const [fromText = '', toText = fromText] = range.split('-');
  const from = parseIp(fromText);
  const to = parseIp(toText);
  if (!from || !to || compareIp(from, to) > 0) return null;
  const out: NatAddress[] = [];
  for (let ip = from; ; ip = next(ip)) {
    if (out.length >= MAX_RANGE) return null;
    out.push({ ip, port: m[4] === undefined ? port : null, randomPort: random });
    if (compareIp(ip, to) === 0) return out;
  }
}
