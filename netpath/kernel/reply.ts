// The way back: the answer to a packet that arrived, sent from where it arrived, through the same node and the same connection. What
// the client waits for is the answer with the addresses of its own packet turned round; anything else it does not take for one.
import { endpointText, type Ip, ipText, isLoopback, sameIp } from '../../parsers/core/address.ts';
import { ICMP, ICMPV6, TCP, UDP } from '../../parsers/core/protocol-numbers.ts';
import type { Encap } from '../../parsers/nodestate/state.ts';
import type { Trace } from '../trace.ts';
import { arrivalOn } from './arrival.ts';
import type { IpvsTaken } from './clause.ts';
import { type Connection, newConnection } from './conntrack.ts';
import type { Machine } from './machine.ts';
import { type Packet, TCP_FLAGS } from './packet.ts';
import { type Arrival, runPath } from './path.ts';
import { zoneOf } from './run.ts';
import { type Ending, Walker } from './walker.ts';
import { exploreWorlds } from './world.ts';

/** A packet that went through, with what its answer needs to know. */
export interface Crossing {
  /** As the client sent it. */
  readonly sent: Packet;
  /** As the receiver got it; `inIf` and `outIf` are the last devices it passed. */
  readonly received: Packet;
  /** The connection after the last hook. */
  readonly connection: Connection;
  /** The device the client's packet came in by; null when a process of the node sent it. */
  readonly cameIn: string | null;
  /** What IPVS took it for; null when it did not. */
  readonly ipvs: IpvsTaken | null;
  /** Why conntrack was not told of the real server that IPVS chose: of one packet it keeps no connection itself; null where it was. */
  readonly untold: 'onePacket' | 'confirmed' | null;
  /** Address it was sent to when it left the node; null when it did not. */
  readonly nextHop: Ip | null;
  /** What its route told a tunnel device there. */
  readonly encap: Encap | null;
}

export interface Reply {
  /** `returns`: the client gets it and takes it for the answer. `breaks`: it does not. `elsewhere`: it never passes this node. */
  readonly verdict: 'returns' | 'breaks' | 'elsewhere' | 'unknown';
  /** One plain sentence. */
  readonly reason: string;
  readonly disposition: Trace['disposition'];
  /** Addresses of the answer where it ends. */
  readonly source: string;
  readonly destination: string;
  readonly steps: Trace['steps'];
}

const MAX_WORLDS = 16;

const CLASH =
  'Conntrack had confirmed the packet before IPVS changed it, so that the answer is a connection of its own and gets another source port: the client does not take it for an answer.';

function answerTo(c: Crossing): Packet {
  const { received: p } = c;
  const flags = p.protocol === TCP ? TCP_FLAGS.SYN | TCP_FLAGS.ACK : 0;
  return {
    ...p,
    src: p.dst,
    dst: p.src,
    sport: p.dport,
    dport: p.sport,
    tcpFlags: flags,
    icmpType: p.icmpType === null ? null : p.protocol === ICMP ? 0 : 129,
    // a socket answers with a TOS of its own; an echo reply has the request's (icmp_reply)
    tos: p.icmpType === null ? 0 : p.tos,
    mark: 0,
    ttl: 64,
    mac: null,
    dmac: null,
    vlan: null,
    frameType: null,
    at: null,
    // what a capture knows is of the packet that is answered
    length: null,
    seen: null,
    tproxy: null,
    inIf: null,
    outIf: null,
    physIn: null,
    physOut: null,
    bridged: false,
  };
}

/** Only echo requests are answered among ICMP. */
function isAnswered(p: Packet): boolean {
  if (p.protocol === ICMP) return p.icmpType === 8;
  return p.protocol !== ICMPV6 || p.icmpType === 128;
}

const onThisNode = (m: Machine, ip: Ip): boolean => m.fib.localType(ip)?.type === 'local' || m.podByIp(ip) !== null;

/** Where the answer comes into the node; a sentence when it does not come this way. */
function arrivalOf(m: Machine, trace: Trace, answer: Packet): Arrival | string {
  const { disposition, to } = trace;
  if (disposition.kind === 'delivered' && m.fib.localType(answer.src)?.type === 'local') return { kind: 'local' };
  if (to.interface === null) return 'no dump tells by which device the answer comes in';
  if (disposition.kind === 'leavesNode' && !onThisNode(m, answer.dst)) return '';
  return arrivalOn(m, to.interface, answer.src, answer.dst);
}

/** What went on without NAT is known by the virtual address, which its answer has already. */
const isFrom = (answer: Packet, virtual: IpvsTaken): boolean =>
  sameIp(answer.src, virtual.address) && answer.sport === virtual.port;

/** An answer on its way through one node, and how it left. */
export interface AnswerRun {
  readonly reply: Reply;
  /** Of what is open on this node; null when not known. */
  readonly probability: number | null;
  readonly end: Ending;
  /** As it left. */
  readonly packet: Packet;
}

/** What conntrack finds for the answer: the connection, or, where it kept none of it, whatever the answer alone makes. */
function expected(c: Crossing, answer: Packet, foreign: boolean): Connection {
  const { dnat, original } = c.connection;
  const awaited = dnat ?? { ip: original.dst, port: original.dport };
  const stranger = c.untold !== null && !(sameIp(awaited.ip, answer.src) && awaited.port === answer.sport);
  if (foreign || stranger || c.connection.state === 'untracked')
    // nothing begins with SYN and ACK, or with an echo reply
    return { ...newConnection(answer), state: answer.protocol === UDP ? 'new' : 'invalid' };
  return {
    ...c.connection,
    attached: false,
    template: false,
    state: 'established',
    direction: 'reply',
    dnatDone: true,
    snatDone: true,
    seenReply: true,
  };
}

function run(m: Machine, c: Crossing, answer: Packet, arrival: Arrival): AnswerRun[] {
  // in another zone than the connection's the answer is the first packet of a connection of its own
  const foreign = zoneOf(m, answer, arrival).reply !== c.connection.zone.reply;
  const { results } = exploreWorlds((world) => {
    const connection = expected(c, answer, foreign);
    const w = new Walker(m, world, { ...answer }, connection, null);
    if (c.ipvs && c.untold !== 'onePacket' && (c.ipvs.forward === 'masq' || isFrom(answer, c.ipvs)))
      w.ipvsReply = { ip: c.ipvs.address, port: c.ipvs.port };
    const end = runPath(w, arrival);
    const reply = judged(m, c, w, end);
    // the connection that the answer makes may not have the addresses of the one it answers (nf_nat_used_tuple)
    const clashes = c.ipvs !== null && c.untold === 'confirmed' && reply.verdict === 'returns';
    const broken: Reply = { ...reply, verdict: 'breaks', reason: CLASH };
    return {
      reply: clashes ? broken : reply,
      probability: world.probability,
      end,
      packet: w.packet,
    };
  }, MAX_WORLDS);
  return results;
}

/** The answer to a packet that went on to another node, coming back by a device of this one. */
export function answerBy(m: Machine, c: Crossing, device: string): AnswerRun[] {
  const answer = answerTo(c);
  return run(m, c, answer, arrivalOn(m, device, answer.src, answer.dst));
}

/** The answer sent from where the packet arrived on this node; empty where nobody answers, or not from here. */
export function answersFrom(m: Machine, trace: Trace, c: Crossing): AnswerRun[] {
  if (trace.disposition.kind !== 'delivered' || !isAnswered(c.sent)) return [];
  const answer = answerTo(c);
  const arrival = arrivalOf(m, trace, answer);
  return typeof arrival === 'string' ? [] : run(m, c, answer, arrival);
}

function judged(m: Machine, c: Crossing, w: Walker, end: Ending): Reply {
  const p = w.packet;
  const source = endpointText(p.src, p.sport);
  const destination = endpointText(p.dst, p.dport);
  const shown = {
    disposition: { kind: end.kind, reason: end.reason, source: end.source },
    source,
    destination,
    steps: w.steps,
  };
  const client = endpointText(c.sent.src, c.sent.sport);
  const awaited = endpointText(c.sent.dst, c.sent.dport);
  if (end.kind === 'insufficientInfo') return { ...shown, verdict: 'unknown', reason: end.reason };
  if (end.kind === 'rejected' && w.steps.some((s) => s.kind === 'socket') && sameIp(p.dst, c.sent.src)) {
    // The client is a process of the node; its own port is not one that listens.
    return judgeAddresses(shown, source, destination, awaited, client, null);
  }
  if (w.ipvs)
    return {
      ...shown,
      verdict: 'breaks',
      reason: `IPVS takes the answer for a request to ${w.ipvs.virtualService} and sends it to ${w.ipvs.realServer}.`,
    };
  if (end.kind !== 'delivered' && end.kind !== 'leavesNode')
    return { ...shown, verdict: 'breaks', reason: `The answer does not come back: ${lower(end.reason)}` };
  if (
    end.kind === 'delivered' &&
    c.cameIn !== null &&
    m.fib.localType(p.dst)?.type === 'local' &&
    !sameIp(p.dst, c.sent.src)
  )
    return {
      ...shown,
      verdict: 'breaks',
      reason: `The answer ends at the node itself (${destination}), not at the client ${client}.`,
    };
  const other =
    end.kind === 'leavesNode' && c.cameIn !== null && end.interface !== null && end.interface !== c.cameIn
      ? ` It leaves by ${end.interface}, though the packet came in by ${c.cameIn}: a stateful firewall or a reverse-path check on that way may drop it.`
      : null;
  return judgeAddresses(shown, source, destination, awaited, client, other);
}

const lower = (text: string): string =>
  /^[A-Z][a-z]/.test(text) && !/^IPVS/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

function judgeAddresses(
  shown: Pick<Reply, 'disposition' | 'source' | 'destination' | 'steps'>,
  source: string,
  destination: string,
  awaited: string,
  client: string,
  note: string | null,
): Reply {
  if (destination !== client)
    return { ...shown, verdict: 'breaks', reason: `The answer goes to ${destination}, not to the client ${client}.` };
  if (source !== awaited)
    return {
      ...shown,
      verdict: 'breaks',
      reason: `The answer reaches the client from ${source}, not from ${awaited}, which it asked: the client does not take it for an answer.`,
    };
  const changed = shown.steps.filter((s) => s.rewrite !== null);
  const how = changed.length === 0 ? 'unchanged' : changed.map((s) => s.summary).join(', ');
  return {
    ...shown,
    verdict: 'returns',
    reason: `The answer comes back to ${client} from ${awaited} (${how}).${note ?? ''}`,
  };
}

const nothing = (answer: Packet) => ({
  source: endpointText(answer.src, answer.sport),
  destination: endpointText(answer.dst, answer.dport),
  steps: [],
});

/** The answer to a packet that was delivered or left the node; null for packets that nobody answers or that got nowhere. */
export function replyTo(m: Machine, trace: Trace, c: Crossing): Reply | null {
  const kind = trace.disposition.kind;
  if ((kind !== 'delivered' && kind !== 'leavesNode') || !isAnswered(c.sent)) return null;
  const answer = answerTo(c);
  const rewritten = !sameIp(c.sent.dst, c.received.dst) || c.sent.dport !== c.received.dport;
  const none = (verdict: Reply['verdict'], reason: string): Reply => ({
    ...nothing(answer),
    verdict,
    reason,
    disposition: { kind: 'insufficientInfo', reason, source: null },
  });
  if (sameIp(answer.src, answer.dst) && !isLoopback(answer.src) && m.podByIp(answer.src) !== null && rewritten)
    return none(
      'breaks',
      `The pod gets a packet from its own address ${ipText(answer.src)} and answers itself: without masquerading (hairpin) the answer never leaves the pod.`,
    );
  const arrival = arrivalOf(m, trace, answer);
  if (arrival === '') {
    const direct = `${endpointText(answer.src, answer.sport)} answers ${endpointText(answer.dst, answer.dport)}, which is not on this node`;
    return rewritten
      ? none(
          'breaks',
          `${direct}: unless the way back leads through this node, the answer arrives from that address, not from ${endpointText(c.sent.dst, c.sent.dport)}, and the client does not take it.`,
        )
      : none('elsewhere', `${direct}; no address was changed, so the answer needs nothing from this node.`);
  }
  if (typeof arrival === 'string') return none('unknown', arrival);
  const together = togetherOf(run(m, c, answer, arrival).map((r) => ({ ...r.reply, probability: r.probability })));
  if (!together) return null;
  const { verdict, reason, disposition, source, destination, steps } = together;
  return { verdict, reason, disposition, source, destination, steps };
}

/** One verdict of all the outcomes that an answer may have; null of none. */
export function togetherOf<T extends Pick<Reply, 'verdict' | 'reason'> & { readonly probability: number | null }>(
  outcomes: readonly T[],
): T | null {
  const broken = outcomes.filter((r) => r.verdict === 'breaks');
  const worst = broken[0] ?? outcomes.find((r) => r.verdict === 'unknown');
  const best = outcomes.find((r) => r.verdict === 'returns');
  if (!worst || !best) return worst ?? best ?? null;
  const odds = broken.reduce<number | null>(
    (sum, r) => (sum === null || r.probability === null ? null : sum + r.probability),
    0,
  );
  const [why, when] = odds
    ? ['on chance', `In ${Math.round(odds * 100)} % of cases`]
    : ['on what the dumps do not tell', 'In one case'];
  return {
    ...worst,
    verdict: 'unknown',
    reason: `Whether the answer comes back depends ${why}. ${when}: ${lower(worst.reason)}`,
  };
}
