// Times of rules whose time zone no dump tells: nft prints `meta hour` and `meta time` in the zone of the shell it ran in, and -m time --kerneltz
// goes by the kernel's own. Where every zone gives the same answer it is given; elsewhere UTC is tried first, and said to be assumed.
//
// Surprise: `meta day` is printed as the kernel counts it, in UTC (test/kernel/clock.test.ts).
import type { World } from './world.ts';

const QUARTER = 900;
/** Offsets of the zones there are, in seconds east of UTC: from -12:00 to +14:00. */
const OFFSETS: readonly number[] = Array.from({ length: (12 + 14) * 4 + 1 }, (_, i) => i * QUARTER - 12 * 3600);

/** Whether it holds in every zone, in none, or that it depends on it. */
export function inEveryZone(holds: (offset: number) => boolean): boolean | 'depends' {
  const inUtc = holds(0);
  return OFFSETS.every((o) => holds(o) === inUtc) ? inUtc : 'depends';
}

/** What holds in UTC, or the contrary in another zone: each is followed where it depends on the zone. */
export function holdsInZone(world: World, what: string, holds: (offset: number) => boolean): boolean {
  const always = inEveryZone(holds);
  if (always !== 'depends') return always;
  const inUtc = holds(0);
  const other = world.decide({
    source: null,
    why: `nft prints ${what} in the time zone of the shell that ran it, which no dump tells. What would settle it: TZ=UTC nft list ruleset.`,
    choices: [
      { assumed: `${what} of the rules is printed in UTC`, probability: null },
      {
        assumed: `${what} of the rules is printed in a time zone where this packet's time is on the other side`,
        probability: null,
      },
    ],
  });
  return other === 1 ? !inUtc : inUtc;
}
