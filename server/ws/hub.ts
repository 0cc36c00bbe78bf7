// The WebSocket: a browser subscribes to cases and hears of their new totals, at most ten times a second.
// Surprise: a slow reader is never sent more than it takes; what it misses is only totals, and the newest go out when it is free.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LiveServerMessage } from '../../api/live.ts';
import { clientMessage, type ServerMessage } from '../../api/schemas.ts';
import type { Captures } from '../capture/captures.ts';
import type { Gate } from '../http/gate.ts';
import type { PodFinder } from '../pods/pods.ts';
import { Refusal } from '../refusal.ts';
import type { Library } from '../store/library.ts';
import type { Clock } from '../system/system.ts';

const tickMs = 100;
const pingMs = 15_000;
/** Above this the reader is behind: skip it this time. */
const bufferedLimit = 256 << 10;
const subscriptionsLimit = 100;

interface Client {
  readonly socket: WebSocket;
  readonly cases: Set<string>;
  /** Cases with news that this client has not heard. */
  readonly stale: Set<string>;
  libraryStale: boolean;
  podsStale: boolean;
  alive: boolean;
}

const statusText: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };

export class Hub {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false });
  private readonly clients = new Set<Client>();
  private readonly library: Library;
  private readonly captures: Pick<Captures, 'statusOf' | 'onChange'>;
  private readonly finder: Pick<PodFinder, 'onChange'>;
  private readonly gate: Gate;
  private readonly stops: (() => void)[];
  /** Pods are watched only while somebody is there to hear of them. */
  private stopPods: (() => void) | null = null;

  constructor(
    library: Library,
    captures: Pick<Captures, 'statusOf' | 'onChange'>,
    finder: Pick<PodFinder, 'onChange'>,
    gate: Gate,
    clock: Clock,
  ) {
    this.finder = finder;
    this.library = library;
    this.captures = captures;
    this.gate = gate;
    const stopListening = library.onChange((change) => {
      for (const client of this.clients) {
        if (change.type === 'library') client.libraryStale = true;
        else if (client.cases.has(change.id)) client.stale.add(change.id);
      }
    });
    const stopCaptures = captures.onChange((id) => {
      for (const client of this.clients) if (client.cases.has(id)) client.stale.add(id);
    });
    this.stops = [
      stopListening,
      stopCaptures,
      clock.every(tickMs, () => this.tick()),
      clock.every(pingMs, () => this.ping()),
    ];
  }

  /** Takes an upgrade, or refuses it in plain HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      if ((request.url ?? '').split('?')[0] !== '/ws') throw new Refusal(404, 'no-route', 'the WebSocket is at /ws');
      this.gate.checkSource(request, true);
      this.gate.checkToken(request);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(400, 'bad-request', 'the upgrade cannot be read');
      const body = JSON.stringify({ error: { code: refusal.code, message: refusal.message } });
      const line = `HTTP/1.1 ${refusal.status} ${statusText[refusal.status] ?? 'Bad Request'}`;
      const headers = `Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
      socket.end(`${line}\r\n${headers}\r\n\r\n${body}`);
      return;
    }
    this.server.handleUpgrade(request, socket, head, (accepted) => this.accept(accepted));
  }

  private accept(socket: WebSocket): void {
    // First of all: without this listener an oversized frame ends the process.
    socket.on('error', () => socket.terminate());
    const client: Client = {
      socket,
      cases: new Set(),
      stale: new Set(),
      libraryStale: false,
      podsStale: false,
      alive: true,
    };
    this.clients.add(client);
    this.stopPods ??= this.finder.onChange(() => {
      for (const each of this.clients) each.podsStale = true;
    });
    socket.on('close', () => {
      this.clients.delete(client);
      if (this.clients.size === 0) this.forgetPods();
    });
    socket.on('pong', () => {
      client.alive = true;
    });
    socket.on('message', (data, binary) => {
      client.alive = true;
      if (!this.hear(client, binary ? null : String(data))) socket.close(1008, 'not a message of docs/api.md');
    });
  }

  private hear(client: Client, text: string | null): boolean {
    let json: unknown;
    try {
      json = JSON.parse(text ?? '');
    } catch {
      return false;
    }
    const message = clientMessage.safeParse(json);
    if (!message.success) return false;
    const { type, caseId } = message.data;
    if (type === 'unsubscribe') {
      client.cases.delete(caseId);
      client.stale.delete(caseId);
    } else if (client.cases.size < subscriptionsLimit) {
      client.cases.add(caseId);
      client.stale.add(caseId);
    }
    return true;
  }

  private tick(): void {
    for (const client of this.clients) {
      if (client.socket.readyState !== client.socket.OPEN || client.socket.bufferedAmount > bufferedLimit) continue;
      if (client.libraryStale) this.send(client, { type: 'library' });
      client.libraryStale = false;
      if (client.podsStale) this.send(client, { type: 'pods' });
      client.podsStale = false;
      for (const id of client.stale) {
        const summary = this.library.summaryOf(id);
        if (summary !== null) this.send(client, { type: 'case', case: summary });
        const status = this.captures.statusOf(id);
        if (status !== null) this.send(client, { type: 'capture', status });
      }
      client.stale.clear();
    }
  }

  private send(client: Client, message: ServerMessage | LiveServerMessage): void {
    client.socket.send(JSON.stringify(message));
  }

  /** A client that neither read nor answered since the last ping is gone. */
  private ping(): void {
    for (const client of this.clients) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      client.socket.ping();
    }
  }

  private forgetPods(): void {
    this.stopPods?.();
    this.stopPods = null;
  }

  close(): void {
    this.forgetPods();
    for (const stop of this.stops) stop();
    for (const client of this.clients) client.socket.terminate();
    this.server.close();
  }
}
