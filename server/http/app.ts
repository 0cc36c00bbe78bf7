// The express app: headers, gate, API, viewer. Order matters: nothing answers before Host and token are checked.
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { DecodeAsChoices, ServerInfo } from '../../api/schemas.ts';
import { decodeAsProtocols, defaultDecoding } from '../../parsers/wire/decode-as.ts';
import type { Captures } from '../capture/captures.ts';
import { DeepDissector } from '../packets/deep.ts';
import type { PodFinder } from '../pods/pods.ts';
import { Refusal } from '../refusal.ts';
import type { Library } from '../store/library.ts';
import { roomOn } from '../store/limits.ts';
import type { System } from '../system/system.ts';
import { errorHandler, methodNotAllowed, notFound } from './answers.ts';
import { captures as captureRoutes } from './captures.ts';
import { cases } from './cases.ts';
import { comments } from './comments.ts';
import { filters } from './filters.ts';
import { Gate } from './gate.ts';
import { live } from './live.ts';
import { packets } from './packets.ts';
import { trace } from './trace.ts';
import { viewer } from './viewer.ts';

export interface AppOptions {
  readonly system: System;
  readonly library: Library;
  readonly captures: Captures;
  readonly finder: PodFinder;
  readonly gate: Gate;
  readonly log: Logger;
  readonly version: string;
  /** The built viewer. */
  readonly viewerFolder: string;
}

/** No inline script or style, nothing from elsewhere: the page shows bytes that an attacker may have made. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    workerSrc: ["'self'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
  },
};

/** For a person without a token: what to do, without a script. */
const lockedPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vethscope</title>
<h1>vethscope</h1><p>This page needs the link with the token that vethscope printed when it started.</p>
<p>If you just followed that link from another page, reload this one.</p></html>
`;

export function createApp({
  system,
  library,
  captures,
  finder,
  gate,
  log,
  version,
  viewerFolder,
}: AppOptions): Express {
  const deep = new DeepDissector(system);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // TLS, where there is any, belongs to somebody in front of us; HSTS from here would lock out plain loopback.
  app.use(
    helmet({
      contentSecurityPolicy,
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
      xFrameOptions: { action: 'deny' },
    }),
  );

  app
    .route('/healthz')
    .get((_request, response) => void response.type('text/plain').send('ok'))
    .all(methodNotAllowed('GET'));

  app.use((request, response, next) => {
    gate.checkSource(request, Gate.changes(request));
    const { token, ...rest } = request.query;
    if (typeof token === 'string' && request.method === 'GET' && !request.path.startsWith('/api')) {
      if (!gate.isToken(token))
        throw new Refusal(401, 'no-token', 'the token in the link is wrong; vethscope prints a new one at each start');
      const left = new URLSearchParams(
        Object.entries(rest).map(([k, v]): [string, string] => [k, String(v)]),
      ).toString();
      // One slash at the front: `//host` would lead to another server.
      const back = `/${request.path.replace(/^\/+/, '')}${left === '' ? '' : `?${left}`}`;
      response.setHeader('Set-Cookie', gate.cookie).setHeader('Cache-Control', 'no-store');
      return response.redirect(303, back);
    }
    if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html' && !gate.hasToken(request)) {
      return void response.status(401).type('text/html').send(lockedPage);
    }
    gate.checkToken(request);
    next();
  });

  app.use('/api', (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app
    .route('/api/info')
    .get(async (_request, response) => {
      const info: ServerInfo = {
        version,
        dataDir: library.dataFolder,
        maxUploadBytes: library.limits.maxUploadBytes,
        tshark: await deep.version(),
        freeBytes: Math.floor(await roomOn(system.files, library.dataFolder, library.limits)),
      };
      response.json(info);
    })
    .all(methodNotAllowed('GET'));
  app.use('/api/filters', filters());
  app
    .route('/api/decode-as')
    .get((_request, response) => {
      const over = (transport: 'tcp' | 'udp') => ({
        protocols: [...decodeAsProtocols(transport)],
        ports: { ...defaultDecoding(transport) },
      });
      const choices: DecodeAsChoices = { tcp: over('tcp'), udp: over('udp') };
      response.json(choices);
    })
    .all(methodNotAllowed('GET'));
  app.use(
    '/api/cases',
    packets(library, version, deep),
    comments(library),
    trace(library, system.clock),
    cases(library),
  );
  app.use('/api', captureRoutes(system, captures), live(system, library, finder));
  app.use(viewer(viewerFolder));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
