// What the packets of a flow show, held against what the rules say. Surprise: a capture that ends before the node rewrites shows the
// addresses as they came, which neither confirms an outcome nor contradicts one.
import type { Captured, Explanation } from '../../api/explanation.ts';
import type { JoinedConversation } from '../../api/joined.ts';
import { endpointText, sameIp } from '../../parsers/core/address.ts';
import type { Flow } from '../../parsers/flow/flow.ts';
import type { ConntrackEvent, Tuple } from '../../parsers/nodestate/state.ts';

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** The addresses as the last point on the way to the server saw them. */
function lastOf({ points, pathToServer }: JoinedConversation) {
  return points.find(({ point }) => point === pathToServer.at(-1)) ?? null;
}

function rewritesText({ points, pathToServer }: JoinedConversation): string {
  const texts: string[] = [];
  let before = points[0];
  for (const name of pathToServer.slice(1)) {
    const at = points.find(({ point }) => point === name);
    if (at === undefined || before === undefined) continue;
    const parts = [
      before.server === at.server ? null : `the destination ${before.server} became ${at.server}`,
      before.client === at.client ? null : `the source ${before.client} became ${at.client}`,
    ].filter((part) => part !== null);
    if (parts.length > 0) texts.push(`${list(parts)} before ${at.point}`);
    before = at;
  }
  return texts.length === 0 ? 'its addresses stayed as they were' : texts.join('; then ');
}

/** How far the clock of an event may be from that of the flow's first packet. */
const nearMs = 5000;

/** The event that told of the flow's connection; null when none did. @param firstMs time of its first packet */
function eventOf(events: readonly ConntrackEvent[], flow: FlowEnds, firstMs: number): ConntrackEvent | null {
  const isOf = ({ src, dst, sport, dport }: Tuple) =>
    sameIp(src, flow.client.ip) &&
    sameIp(dst, flow.server.ip) &&
    sport === flow.client.port &&
    dport === flow.server.port;
  const mine = events.filter(
    ({ event, atMs, entry }) =>
      event !== 'DESTROY' &&
      entry.protocol === flow.ipProtocol &&
      isOf(entry.original) &&
      (atMs === null || Math.abs(atMs - firstMs) <= nearMs),
  );
  return mine[0] ?? null;
}

type FlowEnds = Pick<Flow, 'client' | 'server' | 'ipProtocol'>;

/** What the kernel told of the flow's connection as it began, held against what the rules say; null when it told nothing. */
export function toldOf(
  events: readonly ConntrackEvent[],
  flow: FlowEnds,
  firstMs: number,
  { outcomes }: Explanation,
): Captured | null {
  const event = eventOf(events, flow, firstMs);
  if (event === null) return null;
  const { original, reply, source } = event.entry;
  // Where the answers come from is where the packets went.
  const went = endpointText(reply.src, reply.sport);
  const asked = endpointText(original.dst, original.dport);
  const changed = [
    went === asked ? null : `the destination ${asked} became ${went}`,
    sameIp(reply.dst, original.src)
      ? null
      : `the source ${endpointText(original.src, original.sport)} became ${endpointText(reply.dst, reply.dport)}`,
  ].filter((part) => part !== null);
  const shown = outcomes.findIndex((outcome) => outcome.finalDestination === went);
  const expected = [...new Set(outcomes.map(({ finalDestination }) => finalDestination))];
  const verdict =
    shown < 0
      ? ` The rules of this snapshot say ${list(expected)}: others were in force, or something else decided.`
      : outcomes.length > 1
        ? ` That is outcome ${shown + 1} of ${outcomes.length}.`
        : ' That is what the rules say.';
  const what = changed.length === 0 ? 'its addresses stayed as they were' : list(changed);
  return {
    text: `Conntrack told of this connection as it began (${source.file}:${source.line}): ${what}.${verdict}`,
    agrees: shown >= 0,
    outcome: shown >= 0 && outcomes.length > 1 ? shown : null,
  };
}

export function capturedOf(conversation: JoinedConversation | null, explanation: Explanation): Captured | null {
  if (conversation === null || conversation.pathToServer.length < 2) return null;
  const { outcomes } = explanation;
  const last = lastOf(conversation);
  const first = conversation.points[0];
  if (last === null || first === undefined) return null;
  const shown = outcomes.findIndex((outcome) => outcome.finalDestination === last.server);
  // Unchanged where it was seen last: the rewrite may come behind that point.
  const isOpen = last.server === first.server;
  const agrees = shown >= 0 ? true : isOpen ? null : false;
  const seen = `In the capture it was seen at ${list(conversation.pathToServer)}: ${rewritesText(conversation)}.`;
  const expected = [...new Set(outcomes.map(({ finalDestination }) => finalDestination))];
  const verdict =
    agrees === true
      ? outcomes.length > 1
        ? ` That is outcome ${shown + 1} of ${outcomes.length}.`
        : ' That is what the rules say.'
      : agrees === false
        ? ` The rules of this snapshot say ${list(expected)}: others were in force, or something else decided.`
        : '';
  const lost = conversation.losses.filter((loss) => loss.verdict === 'proved').map(({ text }) => ` ${text}`);
  const silent =
    conversation.unanswered === null ? '' : ` Nothing came back; it was last seen at ${conversation.unanswered}.`;
  return {
    text: `${seen}${verdict}${silent}${lost.join('')}`,
    agrees,
    outcome: shown >= 0 && outcomes.length > 1 ? shown : null,
  };
}
