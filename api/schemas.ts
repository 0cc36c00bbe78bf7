// Everything that crosses a process boundary: the HTTP API, the WebSocket, and `--json` of the command line.
// One schema each, types inferred; docs/api.md describes them to users.
import { z } from 'zod';
import { packetLoss, rewritten, sighting } from './joined.ts';

// ---- the library ----------------------------------------------------------------------------------------------

/** One file of a case. Captures carry counts that grow while the upload runs. */
export const caseFile = z.object({
  path: z.string(),
  bytes: z.number().int(),
  kind: z.enum(['capture', 'dump', 'archive', 'unknown']),
  /** `pcap`, `pcapng`, `iptables-save`, `ip-addr`, … as detected from the content. */
  format: z.string().nullable(),
  packets: z.number().int().nullable(),
  /** Capture point, from the interface block or the file's name: `veth client`, `pod hostport-web`. */
  point: z.string().nullable(),
  state: z.enum(['receiving', 'ready', 'failed']),
  issues: z.array(z.string()),
});
export type CaseFile = z.infer<typeof caseFile>;

export const caseCapture = z.object({
  state: z.enum(['scheduled', 'running', 'stopping', 'ended']),
  reason: z.string().nullable(),
});
export type CaseCapture = z.infer<typeof caseCapture>;

/** A case is one incident: captures from one or several points, with or without the node's dumps. */
export const caseSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  created: z.string(),
  sample: z.boolean(),
  packets: z.number().int(),
  captures: z.number().int(),
  dumps: z.number().int(),
  bytes: z.number().int(),
  state: z.enum(['receiving', 'ready']),
  /** Where it is a live capture of ours: whether it runs, and why it ended (`time limit`, `stopped`, `server ended`, …). */
  capture: caseCapture.optional(),
});
export type CaseSummary = z.infer<typeof caseSummary>;

export const caseDetail = caseSummary.extend({
  files: z.array(caseFile),
  points: z.array(z.string()),
  /** First and last packet, nanoseconds since the epoch as decimal text; null without packets. */
  firstNs: z.string().nullable(),
  lastNs: z.string().nullable(),
  /** True when the dumps are enough to run the simulator. */
  hasNodeState: z.boolean(),
  /** Which ports are read as which protocols, as tshark's -d takes it: `tcp.port==8888,http`; a later rule wins. */
  decodeAs: z.array(z.string()),
  issues: z.array(z.string()),
});
export type CaseDetail = z.infer<typeof caseDetail>;

// ---- packets --------------------------------------------------------------------------------------------------

/** A row of the packet list, in Wireshark's terms. `no` is 1-based and stable under filters. */
export const packetRow = z.object({
  no: z.number().int(),
  /** Nanoseconds since the epoch, decimal text. */
  tsNs: z.string(),
  source: z.string(),
  destination: z.string(),
  protocol: z.string(),
  length: z.number().int(),
  info: z.string(),
  point: z.string(),
  /** Colour rule that matched first: `bad-tcp`, `tcp-rst`, `http`, `tcp-syn-fin`, `tcp`, `udp`, `arp`, `icmp`, `icmp-error`, … or null. */
  color: z.string().nullable(),
  flow: z.number().int().nullable(),
  /** The other addresses this packet has at other points (NAT); null when none are known. */
  rewritten: rewritten.nullable(),
  /** Names that the capture file itself gives the addresses (pcapng, Name Resolution Block); only where there are some. */
  sourceName: z.string().optional(),
  destinationName: z.string().optional(),
  /** Only where the packet has comments. */
  comments: z.array(z.string()).optional(),
});
export type PacketRow = z.infer<typeof packetRow>;

export const packetRows = z.object({
  /** Packets in the case and rows that pass the filter; both grow while files arrive. */
  total: z.number().int(),
  matched: z.number().int(),
  offset: z.number().int(),
  rows: z.array(packetRow),
  /** False while other points may still say more of these rows (`rewritten`): ask again later. */
  joined: z.boolean(),
});
export type PacketRows = z.infer<typeof packetRows>;

export interface FieldNode {
  /** Display-filter name, `tcp.dstport`; null for generated text. */
  filter: string | null;
  label: string;
  /** The value alone, as the display filter would take it. */
  value: string | null;
  /** Which bytes: 0 for the frame, n for the packet's n-th `assembled` buffer. */
  source: number;
  /** Byte range there. */
  offset: number;
  length: number;
  /** Computed by us, not in the bytes: shown in [brackets]. */
  generated: boolean;
  severity: 'chat' | 'note' | 'warn' | 'error' | null;
  children: FieldNode[];
}
export const fieldNode: z.ZodType<FieldNode> = z.lazy(() =>
  z.object({
    filter: z.string().nullable(),
    label: z.string(),
    value: z.string().nullable(),
    source: z.number().int(),
    offset: z.number().int(),
    length: z.number().int(),
    generated: z.boolean(),
    severity: z.enum(['chat', 'note', 'warn', 'error']).nullable(),
    children: z.array(fieldNode),
  }),
);

export const packetDetail = z.object({
  no: z.number().int(),
  tsNs: z.string(),
  caplen: z.number().int(),
  length: z.number().int(),
  point: z.string(),
  layers: z.array(fieldNode),
  /** The captured bytes, base64. */
  bytes: z.string(),
  /** Buffers put together from several packets (fragments, TCP segments), base64. */
  assembled: z.array(z.object({ name: z.string(), bytes: z.string() })),
  issues: z.array(z.string()),
  /** Comments that hold: the file's, or what somebody made of them. */
  comments: z.array(z.string()),
  flow: z.number().int().nullable(),
  /** Every row that shows this packet, this one among them, in order of time. */
  seenAt: z.array(sighting),
  /** Where it stopped, when others of its conversation went on; null otherwise. */
  loss: packetLoss.nullable(),
  /** False while other points may still say more of this packet. */
  joined: z.boolean(),
});
export type PacketDetail = z.infer<typeof packetDetail>;

export const flowRow = z.object({
  id: z.number().int(),
  protocol: z.string(),
  /** Endpoint that sent the first packet, `10.244.1.2:40580`. */
  client: z.string(),
  server: z.string(),
  point: z.string(),
  packets: z.number().int(),
  bytes: z.number().int(),
  packetsToServer: z.number().int(),
  packetsToClient: z.number().int(),
  bytesToServer: z.number().int(),
  bytesToClient: z.number().int(),
  firstNs: z.string(),
  lastNs: z.string(),
  /** Seconds from the SYN to the first ACK of the handshake, TCP only. */
  initialRtt: z.number().nullable(),
  /** TCP flags seen in each direction, as `SAPF`. */
  flagsToServer: z.string(),
  flagsToClient: z.string(),
  retransmissions: z.number().int(),
  /** `established`, `reset`, `no answer`, `closed`, … in plain words. */
  state: z.string(),
  firstPacket: z.number().int(),
  /** Flows of different points with the same number are one conversation, before and after NAT; null while that is not known. */
  conversation: z.number().int().nullable(),
});
export type FlowRow = z.infer<typeof flowRow>;

/** Where a case has more flows than were asked for, those with the most packets; by id in any case. */
export const flowList = z.object({ flows: z.array(flowRow), total: z.number().int() });
export type FlowList = z.infer<typeof flowList>;

/** Packets a time slice, for the timeline and the minimap. */
export const timeline = z.object({
  fromNs: z.string(),
  toNs: z.string(),
  packets: z.array(z.number().int()),
  bad: z.array(z.number().int()),
});
export type Timeline = z.infer<typeof timeline>;

export const dumpLines = z.object({
  file: z.string(),
  totalLines: z.number().int(),
  /** 1-based number of the first line. */
  from: z.number().int(),
  lines: z.array(z.string()),
});
export type DumpLines = z.infer<typeof dumpLines>;

// ---- requests -------------------------------------------------------------------------------------------------

export const createCaseRequest = z.object({ name: z.string().trim().min(1).max(200) });
/** All rules that are to hold from now on; an empty list: what the protocols themselves say. */
export const decodeAsRequest = z.object({ rules: z.array(z.string().max(200)).max(100) });

/** What "decode as" can say: protocols by transport, and what ports are read as without it. */
export const decodeAsChoices = z.object({
  tcp: z.object({ protocols: z.array(z.string()), ports: z.record(z.string(), z.string()) }),
  udp: z.object({ protocols: z.array(z.string()), ports: z.record(z.string(), z.string()) }),
});
export type DecodeAsChoices = z.infer<typeof decodeAsChoices>;

export const explainRequest = z.union([
  z.object({ packet: z.string().max(500) }),
  z.object({ flow: z.number().int().nonnegative() }),
]);

/** What the server answers when it refuses: a stable code and a sentence that says what to do. */
export const apiError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Offset in the text that was refused (filters). */
    position: z.number().int().optional(),
  }),
});
export type ApiError = z.infer<typeof apiError>;

// ---- WebSocket ------------------------------------------------------------------------------------------------

export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('subscribe'), caseId: z.string() }),
  z.object({ type: z.literal('unsubscribe'), caseId: z.string() }),
]);
export const serverMessage = z.discriminatedUnion('type', [
  /** The library changed: a case was added, removed or renamed. */
  z.object({ type: z.literal('library') }),
  /** A subscribed case changed: new totals, at most ten times a second. */
  z.object({ type: z.literal('case'), case: caseSummary }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

export const serverInfo = z.object({
  version: z.string(),
  dataDir: z.string(),
  maxUploadBytes: z.number().int(),
  freeBytes: z.number().int(),
  /** Version of the tshark that can be asked about packets; null where there is none. */
  tshark: z.string().nullable(),
});
export type ServerInfo = z.infer<typeof serverInfo>;
