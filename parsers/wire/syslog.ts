// Syslog (RFC 3164, 5424) on UDP port 514: facility, level and the text.
// Surprise: both are one number in angle brackets, facility times eight plus level; without it the whole is text.
import { asciiText, type Dissection } from './dissection.ts';
import type { FrameFacts } from './facts.ts';
import type { Protocol } from './protocol.ts';

const FACILITIES =
  'KERN USER MAIL DAEMON AUTH SYSLOG LPR NEWS UUCP CRON AUTHPRIV FTP NTP LOGAUDIT LOGALERT CRON LOCAL0 LOCAL1 LOCAL2 LOCAL3 LOCAL4 LOCAL5 LOCAL6 LOCAL7'.split(
    ' ',
  );
const LEVELS = 'EMERG ALERT CRIT ERR WARNING NOTICE INFO DEBUG'.split(' ');

function index(facts: FrameFacts): boolean {
  return facts.has(1);
}

function dissect(d: Dissection): void {
  const at = d.at;
  if (d.left === 0) return;
  const layer = d.layer('syslog', 'Syslog message', at, d.left);
  d.at = d.end;
  const text = asciiText(d.bytes, at, d.end);
  const found = /^<(\d{1,3})>/.exec(text);
  const head = found?.[0].length ?? 0;
  const body = text.slice(head);
  let info = body;
  if (found) {
    const priority = Number(found[1]);
    const facility = FACILITIES[priority >> 3] ?? 'UNKNOWN';
    const level = LEVELS[priority & 7] ?? '';
    d.node(layer, 'syslog.facility', `Facility: ${facility} (${priority >> 3})`, String(priority >> 3), at, head);
    d.node(layer, 'syslog.level', `Level: ${level} (${priority & 7})`, String(priority & 7), at, head);
    info = `${facility}.${level}: ${body}`;
  }
  d.setProtocol('Syslog', info);
  d.field(layer, 'syslog.msg', 'Message', body, at + head, d.end - at - head);
  d.needAt(d.end, d.wireEnd - d.end, 'syslog');
}

export const protocol: Protocol = {
  filter: 'syslog',
  name: 'Syslog message',
  attach: { udpPorts: [514] },
  fields: [
    { name: 'syslog.facility', kind: 'uint' },
    { name: 'syslog.level', kind: 'uint' },
    { name: 'syslog.msg', kind: 'text' },
  ],
  index,
  dissect,
};
