// -m time: when the packet is seen, in UTC (xt_time.c), or in the kernel's zone with --kerneltz. A packet that is typed in has to say it; a capture
// tells it.
import type { RuleOption } from '../../parsers/nodestate/state.ts';
import { type Clause, clause, type MatchModule } from '../kernel/clause.ts';
import { capturedAnswers } from '../kernel/packet.ts';
import { inEveryZone } from '../kernel/time-zones.ts';
import { unknown } from '../tri.ts';

const DAY = 86_400;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function daytime(text: string | undefined): number | null {
  const m = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text ?? '');
  return m ? Number(m[1]) * 3600 + Number(m[2]) * 60 + Number(m[3] ?? '0') : null;
}

/** Unix seconds of `2026-01-01T00:00:00`. */
function date(text: string | undefined): number | null {
  const ms = Date.parse(`${/T/.test(text ?? '') ? text : `${text}T00:00:00`}Z`);
  return Number.isNaN(ms) ? null : ms / 1000;
}

function days(o: RuleOption | undefined, indexOf: (name: string) => number): ((day: number) => boolean) | null {
  if (!o) return () => true;
  const set = new Set((o.values[0] ?? '').split(',').map(indexOf));
  return set.has(-1) ? null : (day) => set.has(day) !== o.negated;
}

export const match: MatchModule = {
  module: 'time',
  compile(options): Clause[] | string {
    const of = (name: string) => options.find((o) => o.name === name);
    const start = of('--timestart') ? daytime(of('--timestart')?.values[0]) : 0;
    const stop = of('--timestop') ? daytime(of('--timestop')?.values[0]) : DAY - 1;
    const first = of('--datestart') ? date(of('--datestart')?.values[0]) : Number.NEGATIVE_INFINITY;
    const last = of('--datestop') ? date(of('--datestop')?.values[0]) : Number.POSITIVE_INFINITY;
    const weekday = days(of('--weekdays'), (n) => WEEKDAYS.findIndex((d) => n.startsWith(d.slice(0, 2))));
    const monthday = days(of('--monthdays'), (n) => (/^\d{1,2}$/.test(n) ? Number(n) : -1));
    if (start === null || stop === null || first === null || last === null || !weekday || !monthday)
      return 'a time is not understood';
    const contiguous = of('--contiguous') !== undefined;
    const holds = (at: number): boolean => {
      if (at < first || at > last) return false;
      const second = Math.floor(at) % DAY;
      let stamp = at;
      if (start < stop) {
        if (second < start || second > stop) return false;
      } else {
        if (second < start && second > stop) return false;
        // the part after midnight belongs to the day before
        if (contiguous && second <= stop) stamp -= DAY;
      }
      const d = new Date(stamp * 1000);
      return weekday(d.getUTCDay()) && monthday(d.getUTCDate());
    };
    const inKernelZone = of('--kerneltz') !== undefined;
    return [
      clause(({ packet }) => {
        const { at } = packet;
        if (at === null) return unknown('when the packet is seen', 'the option "at TIME" of the packet');
        const answer = inKernelZone ? inEveryZone((offset) => holds(at + offset)) : holds(at);
        if (answer === 'depends')
          return unknown("in which time zone the kernel's clock is", 'timedatectl: "RTC in local TZ: no" means UTC');
        capturedAnswers(packet, '-m time');
        return answer;
      }),
    ];
  },
};
