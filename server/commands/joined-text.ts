// What a capture at several points shows, for a terminal: rewrites, the way of each conversation with the time between points, losses.
import type { Joined, JoinedConversation } from '../../api/joined.ts';
import { type Paint, printable } from './style.ts';

interface Line {
  readonly text: string;
  readonly style?: 'strong' | 'red';
}

/** `25 µs`, `1.2 ms`, `3.1 s`. */
export function durationText(ns: number): string {
  const size = Math.abs(ns);
  if (size < 1e3) return `${ns} ns`;
  if (size < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (size < 1e9) return `${(ns / 1e6).toFixed(size < 1e7 ? 2 : 1)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function wayText(conversation: JoinedConversation, toServer: boolean): string {
  const path = toServer ? conversation.pathToServer : conversation.pathToClient;
  return path
    .map((point, i) => {
      const next = path[i + 1];
      if (next === undefined) return point;
      const between = conversation.transits.find((t) => t.toServer === toServer && t.from === point && t.to === next);
      return between === undefined ? `${point} → ` : `${point} →(${durationText(between.meanNs)}) `;
    })
    .join('');
}

function* conversationLines(conversation: JoinedConversation): Iterable<Line> {
  const first = conversation.points[0];
  yield { style: 'strong', text: `${conversation.protocol} ${first?.client ?? '?'} > ${first?.server ?? '?'}` };
  let before = first;
  for (const at of conversation.points.slice(1)) {
    if (before !== undefined && (at.client !== before.client || at.server !== before.server))
      yield { text: `  at ${at.point}: ${at.client} > ${at.server}` };
    before = at;
  }
  if (conversation.toServer > 0)
    yield { text: `  to server, ${counted(conversation.toServer, 'packet')}: ${wayText(conversation, true)}` };
  if (conversation.toClient > 0)
    yield { text: `  to client, ${counted(conversation.toClient, 'packet')}: ${wayText(conversation, false)}` };
  if (conversation.unanswered !== null) yield { text: `  no answer; last seen at ${conversation.unanswered}` };
  for (const loss of conversation.losses) {
    const text = `  ${loss.text} Packet ${loss.examples.join(', ')}${loss.packets > loss.examples.length ? ', …' : ''}.`;
    yield loss.verdict === 'proved' ? { text, style: 'red' } : { text };
  }
}

function leftOut({ forgotten, natIsCut }: Joined): Line[] {
  return [
    ...(forgotten > 0
      ? [
          {
            text: `${counted(forgotten, 'conversation')} more, the oldest, were given up: there are too many to compare.`,
          },
        ]
      : []),
    ...(natIsCut ? [{ text: 'More addresses were rewritten than are listed.' }] : []),
  ];
}

export function joinedText(joined: Joined, paint: Paint): string {
  if (joined.conversations.length === 0)
    return `Only one point (${joined.points.join(', ') || 'none'}): there is nothing to join.\n`;
  const lines: Line[] = [];
  if (joined.nat.length > 0) lines.push({ style: 'strong', text: 'NAT seen' });
  for (const nat of joined.nat) {
    const where = nat.from === nat.to ? `at ${nat.from}` : `between ${nat.from} and ${nat.to}`;
    lines.push({
      text: `  ${nat.protocol} ${nat.what} ${nat.before} → ${nat.after}, ${where}: ${counted(nat.packets, 'packet')} of ${counted(nat.connections, 'connection')}`,
    });
  }
  if (joined.nat.length > 0) lines.push({ text: '' });
  for (const conversation of joined.conversations) lines.push(...conversationLines(conversation));
  if (joined.total > joined.conversations.length)
    lines.push({ text: `… and ${joined.total - joined.conversations.length} more conversations.` });
  lines.push(...leftOut(joined));
  const painted = lines.map(({ text, style }) =>
    style === undefined ? printable(text) : paint(style, printable(text)),
  );
  return `${painted.join('\n')}\n`;
}
