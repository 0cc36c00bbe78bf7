// What joined packets say, in the words of the API: rewrites seen, the way of each conversation, and losses in a sentence each.
import type { Joined, JoinedConversation, PacketLoss, SeenNat } from '../../api/joined.ts';
import { type Conversation, type Direction, type NatPair, pointOfPass } from '../../netpath/join/conversations.ts';
import { type Loss, lossesOf, pathOf } from '../../netpath/join/losses.ts';
import { destinationText, sourceText } from '../../netpath/join/tuples.ts';
import { ipText } from '../../parsers/core/address.ts';
import { protocolName } from '../../parsers/core/protocol-numbers.ts';
import type { JoinedPackets } from './joined.ts';

const count = (packets: number, what: string) => `${packets} ${what}${packets === 1 ? '' : 's'}`;

function reasonText(loss: Loss, to: string, dropped: number | null): string {
  switch (loss.why) {
    case 'others passed':
      return `which others passed`;
    case 'point dropped packets':
      return `but the capture there dropped ${count(dropped ?? 0, 'packet')}, and these may be among them`;
    case 'point missed packets':
      return `but the capture there also missed packets that went on, so this proves no loss`;
    case 'capture ended':
      return `but the capture at ${to} has nothing from that time on: it may have ended before`;
    case 'capture began later':
      return `but the capture at ${to} has nothing from before: it may have begun later`;
    case 'not counted':
      return `but this direction took too many different ways to count them`;
  }
}

function lossText(loss: Loss, from: string, to: string, dropped: number | null): string {
  const side = loss.toServer ? 'to the server' : 'to the client';
  const were = loss.packets === 1 ? 'was' : 'were';
  return `${loss.packets} of ${count(loss.of, 'packet')} ${side} ${were} seen at ${from} and never at ${to}, ${reasonText(loss, to, dropped)}.`;
}

export function lossesIn(
  joined: JoinedPackets,
  conversation: Conversation,
): readonly { dto: PacketLoss; loss: Loss }[] {
  const { join } = joined;
  if (join === null) return [];
  const facts = (point: number) => ({ dropped: joined.dropped(point) });
  return lossesOf(conversation, join.conversations, facts).map((loss) => {
    const [from, to] = [joined.label(loss.from), joined.label(loss.to)];
    const { toServer, packets, of, verdict, examples } = loss;
    const text = lossText(loss, from, to, joined.dropped(loss.to));
    const dto = { toServer, from, to, packets, of, verdict, text, examples: examples.map(({ place }) => place + 1) };
    return { dto, loss };
  });
}

function natOf(joined: JoinedPackets, pair: NatPair): SeenNat | null {
  const before = joined.join?.joiner.tuples.of(pair.before) ?? null;
  const after = joined.join?.joiner.tuples.of(pair.after) ?? null;
  if (before === null || after === null) return null;
  const isSource = pair.what === 'source';
  return {
    protocol: protocolName(before.protocol),
    what: pair.what,
    before: isSource ? ipText(before.src) : destinationText(before),
    after: isSource ? ipText(after.src) : destinationText(after),
    from: joined.label(pair.from),
    to: joined.label(pair.to),
    packets: pair.packets,
    connections: pair.connections,
    firstPacket: pair.firstPlace + 1,
  };
}

/** Nothing came back: the last point that saw the client's packets. Null where it is no question (no answer is awaited). */
function unansweredAt(joined: JoinedPackets, conversation: Conversation): string | null {
  if (conversation.isToMany || conversation.toClient.packets > 0 || conversation.toServer.packets === 0) return null;
  const last = pathOf(conversation.toServer).at(-1);
  return last === undefined ? null : joined.label(pointOfPass(last));
}

function transitsOf(joined: JoinedPackets, toServer: boolean, direction: Direction) {
  return [...direction.transits.values()].map(({ from, to, packets, sumNs, minNs, maxNs }) => ({
    toServer,
    from: joined.label(from),
    to: joined.label(to),
    packets,
    minNs,
    meanNs: Math.round(sumNs / packets),
    maxNs,
  }));
}

export function conversationDto(
  joined: JoinedPackets,
  conversation: Conversation,
  flowAt: (conversation: Conversation, point: string) => number | null,
): JoinedConversation {
  const tuples = joined.join?.joiner.tuples;
  const path = (direction: Direction) => pathOf(direction).map((passed) => joined.label(pointOfPass(passed)));
  const order = [...pathOf(conversation.toServer), ...pathOf(conversation.toClient).reverse()].map(pointOfPass);
  const points = [...new Set([...order, ...conversation.at.keys()])].flatMap((point) => {
    const tuple = tuples?.of(conversation.at.get(point) ?? -1) ?? null;
    const label = joined.label(point);
    const flow = flowAt(conversation, label);
    return tuple === null ? [] : [{ point: label, client: sourceText(tuple), server: destinationText(tuple), flow }];
  });
  return {
    protocol: protocolName(conversation.protocol),
    points,
    toServer: conversation.toServer.packets,
    toClient: conversation.toClient.packets,
    pathToServer: path(conversation.toServer),
    pathToClient: path(conversation.toClient),
    transits: [...transitsOf(joined, true, conversation.toServer), ...transitsOf(joined, false, conversation.toClient)],
    losses: lossesIn(joined, conversation).map(({ dto }) => dto),
    unanswered: unansweredAt(joined, conversation),
  };
}

export const nothingJoined: Joined = {
  settled: true,
  points: [],
  nat: [],
  conversations: [],
  total: 0,
  forgotten: 0,
  natIsCut: false,
};

/** @param flowAt id of the conversation's flow at a point */
export function joinedReport(
  joined: JoinedPackets,
  settled: boolean,
  most: number,
  flowAt: (conversation: Conversation, point: string) => number | null,
): Joined {
  const { join } = joined;
  if (join === null) return { ...nothingJoined, settled };
  const all = [...join.conversations.list()];
  const lossy = new Map<Conversation, number>();
  for (const conversation of all) {
    const losses = lossesIn(joined, conversation);
    const proved = losses.some(({ loss }) => loss.verdict === 'proved');
    if (losses.length > 0) lossy.set(conversation, proved ? 2 : 1);
  }
  all.sort((a, b) => (lossy.get(b) ?? 0) - (lossy.get(a) ?? 0) || a.firstNs - b.firstNs);
  return {
    settled,
    points: joined.points,
    nat: [...join.conversations.pairs.values()].flatMap((pair) => natOf(joined, pair) ?? []),
    conversations: all.slice(0, most).map((conversation) => conversationDto(joined, conversation, flowAt)),
    total: all.length,
    forgotten: join.conversations.forgotten,
    natIsCut: join.conversations.pairsAreCut,
  };
}

/** The sentence about one packet that stopped; null where it went on, or as far as others. */
export function lossOfPacket(joined: JoinedPackets, conversation: Conversation, place: number): PacketLoss | null {
  const places = joined.placesOf(place);
  const seen = places.map((p) => joined.pointOf(p)).join('\n');
  const found = lossesIn(joined, conversation).find(
    ({ loss }) =>
      loss.examples.some((example) => places.includes(example.place)) ||
      (loss.isOnly && loss.seen.map((point) => joined.label(point)).join('\n') === seen),
  );
  return found?.dto ?? null;
}

/** Packets that were lost for sure, together for each stretch between two points. */
export interface LostStretch {
  readonly from: string;
  readonly to: string;
  packets: number;
  conversations: number;
  /** Number of the first such packet in the list, and its conversation. */
  first: number;
  name: string;
}

export function lostStretches(joined: JoinedPackets): LostStretch[] {
  const found = new Map<string, LostStretch>();
  for (const conversation of joined.join?.conversations.list() ?? []) {
    for (const { dto } of lossesIn(joined, conversation)) {
      const first = dto.examples[0];
      if (dto.verdict !== 'proved' || first === undefined) continue;
      const key = `${dto.from}\n${dto.to}`;
      const known = found.get(key) ?? { from: dto.from, to: dto.to, packets: 0, conversations: 0, first: 0, name: '' };
      known.packets += dto.packets;
      known.conversations += 1;
      if (known.first === 0 || first < known.first) {
        known.first = first;
        known.name = nameOf(joined, conversation);
      }
      found.set(key, known);
    }
  }
  return [...found.values()];
}

function nameOf(joined: JoinedPackets, conversation: Conversation): string {
  const [tuple] = conversation.at.values();
  const known = tuple === undefined ? null : (joined.join?.joiner.tuples.of(tuple) ?? null);
  if (known === null) return protocolName(conversation.protocol);
  return `${protocolName(conversation.protocol)} ${sourceText(known)} > ${destinationText(known)}`;
}
