// Who may talk to us. The server runs as root on a node and shows packets: a token is needed for everything, Host must be a
// name of ours (DNS rebinding), and Origin must be our own page wherever something changes (cross-site requests, WebSocket).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusal.ts';

export interface GateOptions {
  readonly token: string;
  /** Address the server is bound to. */
  readonly host: string;
  readonly port: number;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
const anyAddress = ['0.0.0.0', '::', '[::]'];
const changing = ['POST', 'PUT', 'PATCH', 'DELETE'];

export function isLoopback(host: string): boolean {
  return loopbackNames.includes(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Host header without its port, lower case. */
function hostName(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '');
}

/** An address cannot be rebound by DNS; only names can. */
function isAddress(name: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
}

/** Same time for every wrong token, whatever its length. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function cookies(header: string | undefined): Map<string, string> {
  const pairs = (header ?? '').split(';').map((part) => part.trim().split('='));
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]));
}

export class Gate {
  /** Cookies do not know ports: two servers on one host need two names. */
  readonly cookieName: string;
  private readonly options: GateOptions;

  constructor(options: GateOptions) {
    this.options = options;
    this.cookieName = `vethscope_${options.port}`;
  }

  /** The Set-Cookie header that a right token earns. */
  get cookie(): string {
    return `${this.cookieName}=${this.options.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isToken(given: string): boolean {
    return sameSecret(given, this.options.token);
  }

  private hostAllowed(name: string): boolean {
    const { host } = this.options;
    if (loopbackNames.includes(name)) return true;
    if (anyAddress.includes(host)) return isAddress(name);
    return name === host.toLowerCase() || name === `[${host.toLowerCase()}]`;
  }

  /** Refuses a Host that is not ours, and a change asked for by another page. */
  checkSource(request: IncomingMessage, changes: boolean): void {
    const host = request.headers.host ?? '';
    if (!this.hostAllowed(hostName(host))) {
      const message = `this server does not answer to the name ${JSON.stringify(hostName(host))}; open the link it printed`;
      throw new Refusal(403, 'wrong-host', message);
    }
    if (!changes) return;
    const { origin } = request.headers;
    if (origin !== undefined && origin.toLowerCase().replace(/^https?:\/\//, '') !== host.toLowerCase()) {
      throw new Refusal(
        403,
        'wrong-origin',
        'the request comes from another site; use the page that this server shows',
      );
    }
    if (request.headers['sec-fetch-site'] === 'cross-site') {
      throw new Refusal(
        403,
        'wrong-origin',
        'the request comes from another site; use the page that this server shows',
      );
    }
  }

  static changes(request: IncomingMessage): boolean {
    return changing.includes(request.method ?? '');
  }

  hasToken(request: IncomingMessage): boolean {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const given = bearer ?? cookies(request.headers.cookie).get(this.cookieName);
    return given !== undefined && this.isToken(given);
  }

  checkToken(request: IncomingMessage): void {
    if (this.hasToken(request)) return;
    throw new Refusal(
      401,
      'no-token',
      'the token is missing or wrong; open the link that vethscope printed when it started',
    );
  }
}
