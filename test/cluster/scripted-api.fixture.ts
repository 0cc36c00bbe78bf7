// An API server over TLS that answers with what a real one was recorded to say: lists in pages, a watch that ends, authentication by
// token or client certificate, and refusals; and an HTTP proxy before it. Everything on loopback.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');
export const tlsFile = (name: string): string => path.join(fixtures, 'tls', name);

interface Recorded {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly nodeName?: string };
}

const recorded: { items: Recorded[] } = JSON.parse(
  fs.readFileSync(path.join(fixtures, 'samples/native.hostport-outside/bundle/kube.json'), 'utf8'),
);
const kinds: Readonly<Record<string, string>> = {
  nodes: 'Node',
  pods: 'Pod',
  services: 'Service',
  endpointslices: 'EndpointSlice',
};

export interface ScriptedApi {
  readonly url: string;
  readonly port: number;
  /** Paths that were asked for, with their query. */
  readonly asked: string[];
  /** Lists that are refused: `services`. */
  readonly forbidden: Set<string>;
  /** Objects a page at most, whatever is asked for. */
  pageSize: number;
  /** The next continuation is answered with 410 Gone. */
  expireOnce: boolean;
  close(): Promise<void>;
}

export const token = 'token-of-the-reader';

function isKnown(request: http.IncomingMessage): boolean {
  if (request.headers.authorization === `Bearer ${token}`) return true;
  return (request.socket as TLSSocket).authorized;
}

const status = (code: number, message: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });

function nameOf(url: URL): [string, string | undefined] {
  const parts = url.pathname.replace(/^\/(?:api\/v1|apis\/discovery\.k8s\.io\/v1)\//, '').split('/');
  return [parts[0] ?? '', parts[1]];
}

/** Objects of a list, of one node where that is asked for; null where there is no such list. */
function itemsOf([name]: [string, string | undefined], url: URL): Recorded[] | null {
  const kind = kinds[name];
  if (kind === undefined) return null;
  const node = /^spec\.nodeName=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
  return recorded.items.filter((i) => i.kind === kind && (node === undefined || i.spec?.nodeName === node));
}

export async function scriptedApi(): Promise<ScriptedApi> {
  const state = { asked: [] as string[], forbidden: new Set<string>(), pageSize: 500, expireOnce: false };
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const url = new URL(request.url ?? '', 'https://localhost');
    state.asked.push(`${url.pathname}${url.search}`);
    response.setHeader('content-type', 'application/json');
    if (!isKnown(request)) response.writeHead(401).end(status(401, 'Unauthorized'));
    else if (url.searchParams.get('watch') === 'true') {
      const items = itemsOf(nameOf(url), url) ?? [];
      for (const object of items) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
      setTimeout(() => response.end(), 200);
    } else {
      const { code, body } = said(url);
      response.writeHead(code).end(body);
    }
  };
  const said = (url: URL): { code: number; body: string } => {
    const refused = (code: number, message: string) => ({ code, body: status(code, message) });
    if (url.pathname === '/version') return { code: 200, body: '{"major":"1","minor":"20","gitVersion":"v1.20.2"}' };
    const [name, single] = nameOf(url);
    const items = itemsOf([name, single], url);
    if (items === null) return refused(404, 'the server could not find the requested resource');
    if (state.forbidden.has(name)) return refused(403, `${name} is forbidden: User "reader" cannot list resource`);
    if (single !== undefined) {
      const found = items.find((item) => item.metadata.name === single);
      return found === undefined
        ? refused(404, `${name} "${single}" not found`)
        : { code: 200, body: JSON.stringify(found) };
    }
    const from = Number(url.searchParams.get('continue') ?? '0');
    if (from > 0 && state.expireOnce) {
      state.expireOnce = false;
      return refused(410, 'The provided continue parameter is too old');
    }
    const end = from + Math.min(Number(url.searchParams.get('limit') ?? '500'), state.pageSize);
    const metadata = { resourceVersion: '1', ...(end < items.length ? { continue: String(end) } : {}) };
    // As a real server: items of a list carry neither kind nor apiVersion.
    const bare = items.slice(from, end).map(({ kind: _kind, ...rest }) => ({ ...rest, apiVersion: undefined }));
    const list = { kind: `${kinds[name]}List`, apiVersion: 'v1', metadata, items: bare };
    return { code: 200, body: JSON.stringify(list) };
  };
  const server = https.createServer(
    {
      cert: fs.readFileSync(tlsFile('server.crt')),
      key: fs.readFileSync(tlsFile('server.key')),
      ca: fs.readFileSync(tlsFile('ca.crt')),
      requestCert: true,
      rejectUnauthorized: false,
    },
    answer,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(state, { url: `https://127.0.0.1:${port}`, port, close });
}

/** A proxy that tunnels (CONNECT), and counts. */
export async function tunnel(): Promise<{ url: string; tunnels: () => number; close(): Promise<void> }> {
  let count = 0;
  const sockets = new Set<net.Socket>();
  const proxy = http.createServer();
  proxy.on('connect', (request, client: net.Socket, head) => {
    count += 1;
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      client.pipe(onward).pipe(client);
    });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels: () => count, close };
}

export interface ConfigWish {
  readonly server: string;
  readonly user: object;
  readonly cluster?: object;
}

/** A kubeconfig of two contexts, of which the second is current; the first leads nowhere. */
export function kubeconfigOf({ server, user, cluster = {} }: ConfigWish): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'other', cluster: { server: 'https://127.0.0.1:1' } },
      { name: 'c', cluster: { server, ...cluster } },
    ],
    contexts: [
      { name: 'other', context: { cluster: 'other', user: 'u' } },
      { name: 'x', context: { cluster: 'c', user: 'u' } },
    ],
    users: [{ name: 'u', user }],
    'current-context': 'x',
  });
}

export const base64Of = (name: string): string => fs.readFileSync(tlsFile(name)).toString('base64');
