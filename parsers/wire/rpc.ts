// ONC RPC (RFC 5531): calls and answers of the portmapper, NFS and their kin; the portmapper's and the mount protocol's own words too.
// Surprise: an answer names neither program nor procedure. The call it answers does, so the conversation keeps calls by their number.
import type { DatagramReader } from './datagram-reading.ts';
import { hexText } from './dissection.ts';
import { formatText } from './format-text.ts';
import { oneLine } from './one-line.ts';
import type { Protocol } from './protocol.ts';
import { MOUNT_ERRORS, PROGRAMS, type RpcProgram } from './rpc-programs.ts';
import { NOT_MINE, ONE_MORE, type StreamReader } from './stream-reading.ts';

const CALL = 0;
const REPLY = 1;
const VERSION = 2;
const MARK = 4;
const CALL_HEADER = 24;
const MAX_CALLS = 5000;
const MAX_AUTH = 400;
const PORTMAP = 100_000;
const MOUNT = 100_005;
const GETPORT = 3;
const MNT = 1;
const UMNT = 3;
const TRANSPORTS: ReadonlyMap<number, string> = new Map([
  [6, 'TCP'],
  [17, 'UDP'],
]);

interface RpcCall {
  /** Packet number, from 1. */
  readonly no: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

function isCall(note: unknown): note is RpcCall {
  return typeof note === 'object' && note !== null && 'procedure' in note;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** True when a call of a known program begins at `at`, or what may be an answer. */
function isRpc(view: DataView, at: number, end: number): boolean {
  if (at + 12 > end) return false;
  const kind = view.getUint32(at + 4);
  if (kind === REPLY) return view.getUint32(at + 8) <= 1;
  return (
    kind === CALL &&
    at + CALL_HEADER <= end &&
    view.getUint32(at + 8) === VERSION &&
    PROGRAMS.has(view.getUint32(at + 12))
  );
}

function isCallAt(bytes: Uint8Array, at: number, end: number): boolean {
  const view = viewOf(bytes);
  return isRpc(view, at, end) && view.getUint32(at + 4) === CALL;
}

/** The calls of a conversation that wait to be named by their answers. */
class RpcCalls {
  private readonly calls = new Map<number, RpcCall>();

  /** The call that a message is, or answers. */
  take(view: DataView, at: number, end: number, row: number): RpcCall | null {
    if (!isRpc(view, at, end)) return null;
    const id = view.getUint32(at);
    if (view.getUint32(at + 4) === REPLY) return this.calls.get(id) ?? null;
    const [program, version, procedure] = [12, 16, 20].map((from) => view.getUint32(at + from));
    const call = { no: row + 1, program: program ?? 0, version: version ?? 0, procedure: procedure ?? 0 };
    this.calls.set(id, call);
    const oldest = this.calls.keys().next().value;
    if (this.calls.size > MAX_CALLS && oldest !== undefined) this.calls.delete(oldest);
    return call;
  }
}

/** Behind the record mark of TCP. */
class RpcStream implements StreamReader {
  readonly switchTo = null;
  private readonly calls = new RpcCalls();
  private known: boolean;

  constructor(byPort: boolean) {
    this.known = byPort;
  }

  size(bytes: Uint8Array, at: number, end: number): number {
    // On a port that says nothing a call must stand there whole enough to be known.
    if (!this.known && !isCallAt(bytes, at + MARK, end)) return NOT_MINE;
    if (end - at < MARK) return ONE_MORE;
    const view = viewOf(bytes);
    const size = view.getUint32(at) & 0x7fff_ffff;
    if (end - at >= MARK + CALL_HEADER && !isRpc(view, at + MARK, end)) return NOT_MINE;
    return size < 12 || size > 1 << 24 ? NOT_MINE : MARK + size;
  }

  take(bytes: Uint8Array, at: number, end: number, _toServer: boolean, row: number): RpcCall | null {
    this.known = true;
    return this.calls.take(viewOf(bytes), at + MARK, end, row);
  }
}

class RpcConversation implements DatagramReader {
  private readonly calls = new RpcCalls();

  take(bytes: Uint8Array, _toServer: boolean, row: number): RpcCall | null {
    return this.calls.take(viewOf(bytes), 0, bytes.length, row);
  }
}

/** Where the arguments of a call or the results of an answer begin, behind who asks; -1 when they are not there. */
function bodyAt(view: DataView, at: number, end: number, isReply: boolean): number {
  let next = at + (isReply ? 12 : CALL_HEADER);
  for (let i = 0; i < (isReply ? 1 : 2); i++) {
    if (next + 8 > end) return -1;
    const size = view.getUint32(next + 4);
    if (size > MAX_AUTH) return -1;
    next += 8 + ((size + 3) & ~3);
  }
  if (!isReply) return next;
  // Accepted, and with success.
  if (next + 4 > end || view.getUint32(at + 8) !== 0 || view.getUint32(next) !== 0) return -1;
  return next + 4;
}

const programName = (program: number): string => PROGRAMS.get(program)?.column ?? 'Unknown';

/** What the list adds about the arguments and results that are read. */
function more(bytes: Uint8Array, view: DataView, at: number, end: number, call: RpcCall, isReply: boolean): string {
  if (at < 0) return '';
  if (call.program === PORTMAP && call.version === 2 && call.procedure === GETPORT) {
    if (isReply) {
      if (at + 4 > end) return '';
      const port = view.getUint32(at);
      return port === 0 ? ' PROGRAM_NOT_AVAILABLE' : ` Port:${port}`;
    }
    if (at + 12 > end) return '';
    const program = view.getUint32(at);
    const transport = view.getUint32(at + 8);
    return ` ${programName(program)}(${program}) V:${view.getUint32(at + 4)} ${TRANSPORTS.get(transport) ?? `Unknown(${transport})`}`;
  }
  if (call.program !== MOUNT) return '';
  if (isReply) {
    if (call.procedure !== MNT || at + 4 > end) return '';
    const status = view.getUint32(at);
    return status === 0 ? '' : ` Error:${MOUNT_ERRORS.get(status) ?? `Unknown (${status})`}`;
  }
  if ((call.procedure !== MNT && call.procedure !== UMNT) || at + 4 > end) return '';
  return ` ${formatText(bytes, at + 4, Math.min(end, at + 4 + view.getUint32(at)))}`;
}

function procedureName(program: RpcProgram | undefined, { version, procedure }: RpcCall): string {
  return program?.procedures.get(version)?.[procedure] ?? `proc-${procedure}`;
}

const spec = oneLine({
  filter: 'rpc',
  name: 'Remote Procedure Call',
  column: 'RPC',
  attach: { tcpPorts: [111, 2049], udpPorts: [111, 2049], tcpAnyPort: true, udpAnyPort: true },
  header: 4,
  fields: [
    ['rpc.xid', 'uint'],
    ['rpc.msgtyp', 'uint'],
    ['rpc.version', 'uint'],
    ['rpc.program', 'uint'],
    ['rpc.programversion', 'uint'],
    ['rpc.procedure', 'uint'],
    ['rpc.replystat', 'uint'],
    ['rpc.repframe', 'uint'],
  ],
  stream: (byPort) => new RpcStream(byPort),
  read(d, layer, from) {
    const { view, bytes } = d;
    const isTcp = d.layers.at(-2)?.filter === 'tcp';
    const at = isTcp ? from + MARK : from;
    if (!d.needAt(at, 12, 'rpc')) return '';
    const isReply = view.getUint32(at + 4) === REPLY;
    if (isTcp) d.at = Math.min(d.end, at + (view.getUint32(from) & 0x7fff_ffff));
    d.hex(layer, 'rpc.xid', 'XID', view.getUint32(at), 8, at, 4);
    d.field(layer, 'rpc.msgtyp', 'Message Type', isReply ? REPLY : CALL, at + 4, 4);
    let call = isCall(d.note) ? d.note : null;
    if (!isReply) {
      if (!d.needAt(at, CALL_HEADER, 'rpc')) return '';
      const [version = 0, program = 0, ofProgram = 0, procedure = 0] = [8, 12, 16, 20].map((n) =>
        view.getUint32(at + n),
      );
      call ??= { no: 0, program, version: ofProgram, procedure };
      d.field(layer, 'rpc.version', 'RPC Version', version, at + 8, 4);
      d.node(layer, 'rpc.program', `Program: ${programName(program)} (${program})`, String(program), at + 12, 4);
      d.field(layer, 'rpc.programversion', 'Program Version', ofProgram, at + 16, 4);
      d.field(layer, 'rpc.procedure', 'Procedure', procedure, at + 20, 4);
    } else {
      d.field(layer, 'rpc.replystat', 'Reply State', view.getUint32(at + 8), at + 8, 4);
      if (call === null) return `Reply for unknown call (XID ${hexText(view.getUint32(at), 8)})`;
      d.generated(layer, 'rpc.repframe', `This is a reply to a request in frame ${call.no}`, String(call.no));
    }
    const program = PROGRAMS.get(call.program);
    const name =
      program?.compound && call.version === 4 && call.procedure === 1 ? '' : `${procedureName(program, call)} `;
    const what = isReply ? `Reply (Call In ${call.no})` : 'Call';
    const body = bodyAt(view, at, d.end, isReply);
    return [
      program?.column ?? 'RPC',
      `V${call.version} ${name}${what}${more(bytes, view, body, d.end, call, isReply)}`,
    ];
  },
});

export const protocol: Protocol = {
  ...spec,
  datagrams: () => new RpcConversation(),
  index(facts) {
    const { view, at, end } = facts;
    const isTcp = facts.ipProtocol === 6;
    const isOwn = isRpc(view, isTcp ? at + MARK : at, end);
    // An answer says too little to be known by itself.
    if (!isOwn || (!facts.byPort && view.getUint32((isTcp ? at + MARK : at) + 4) === REPLY)) return false;
    return spec.index(facts);
  },
  dissect(d) {
    const isTcp = d.layers.at(-1)?.filter === 'tcp';
    const at = isTcp ? d.at + MARK : d.at;
    if (d.note === null && !isRpc(d.view, at, d.end)) return;
    if (d.note === null && !d.byPort && d.view.getUint32(at + 4) === REPLY) return;
    spec.dissect(d);
  },
};
