// A real server on a free loopback port with a library of its own, and a plain HTTP client: fetch sets Host and Origin itself.
import { randomBytes } from 'node:crypto';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import path from 'node:path';
import { realSystem } from '../system/real.ts';
import type { System } from '../system/system.ts';
import { startServer } from './start.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const token = 'token-of-the-tests';

/** node:http's `request`, handed in by the test: fixtures keep the import rules of their folder. */
type Requester = (options: RequestOptions, done: (response: IncomingMessage) => void) => ClientRequest;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent piece by piece: chunked, unless the headers give a length. */
  readonly body?: readonly Uint8Array[];
  /** Cuts the connection after the last piece instead of ending the request. */
  readonly breakOff?: boolean;
  /** Without the token. */
  readonly stranger?: boolean;
}

export class TestServer {
  readonly port: number;
  readonly link: string;
  readonly dataFolder: string;
  readonly system: System;
  readonly stop: () => Promise<void>;
  private readonly requester: Requester;

  private constructor(
    system: System,
    dataFolder: string,
    link: string,
    stop: () => Promise<void>,
    requester: Requester,
  ) {
    this.system = system;
    this.dataFolder = dataFolder;
    this.link = link;
    this.port = Number(new URL(link).port);
    this.stop = stop;
    this.requester = requester;
  }

  static async start(
    requester: Requester,
    dataFolder = `/tmp/vethscope-test-${randomBytes(6).toString('hex')}`,
    samples = true,
  ) {
    const real = realSystem(root);
    const system = { ...real, terminal: { ...real.terminal, error: () => undefined } };
    const options = { host: '127.0.0.1', port: 0, dataFolder, token, samples, version: '0.0.0' };
    const started = await startServer(system, options);
    if (!started.ok) throw new Error(started.message);
    return new TestServer(system, dataFolder, started.link, started.stop, requester);
  }

  ask(
    at: string,
    { method = 'GET', headers = {}, body = [], breakOff = false, stranger = false }: Ask = {},
  ): Promise<Answer> {
    const authorization: Record<string, string> = stranger ? {} : { authorization: `Bearer ${token}` };
    const options = { port: this.port, host: '127.0.0.1', path: at, method, headers: { ...authorization, ...headers } };
    return new Promise((resolve, reject) => {
      const request = this.requester(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const all = Buffer.concat(parts);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: all,
            json: () => JSON.parse(all.toString('utf8')),
          });
        });
      });
      request.on('error', reject);
      void (async () => {
        for (const piece of body) {
          await new Promise<void>((done) => {
            request.write(piece, () => done());
          });
        }
        if (breakOff) request.destroy();
        else request.end();
      })();
    });
  }

  async create(name = 'a case'): Promise<string> {
    const body = [Buffer.from(JSON.stringify({ name }))];
    const answer = await this.ask('/api/cases', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const made = answer.json();
    if (typeof made !== 'object' || made === null || !('id' in made)) throw new Error(answer.body.toString());
    return String(made.id);
  }

  put(id: string, at: string, body: readonly Uint8Array[], more: Ask = {}): Promise<Answer> {
    return this.ask(`/api/cases/${id}/files?path=${encodeURIComponent(at)}`, { ...more, method: 'PUT', body });
  }
}
