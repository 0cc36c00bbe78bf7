// Puts the server together and opens its socket; `stop` takes it apart again.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { Captures } from '../capture/captures.ts';
import { PodFinder } from '../pods/pods.ts';
import { type FolderLock, lockFolder } from '../store/folder-lock.ts';
import { Library } from '../store/library.ts';
import { codeOf, type Listener, reasonOf, type System } from '../system/system.ts';
import { Hub } from '../ws/hub.ts';
import { createApp } from './app.ts';
import { Gate, isLoopback } from './gate.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Null: a random one. */
  readonly token: string | null;
  readonly samples: boolean;
  readonly version: string;
  /** Where pods and points come from; left out: this node. */
  readonly finder?: PodFinder;
}

export type Started =
  | {
      readonly ok: true;
      readonly link: string;
      readonly origin: string;
      readonly log: Logger;
      readonly stop: () => Promise<void>;
    }
  | { readonly ok: false; readonly message: string };

/** A log for a person: time, words, and what failed. */
function humanLog(system: System): Logger {
  const write = (line: string) => {
    const { time, level, msg, err }: { time: number; level: number; msg: string; err?: { stack?: string } } =
      JSON.parse(line);
    const clock = new Date(time).toISOString().slice(11, 19);
    const mark = level >= 50 ? 'error: ' : level >= 40 ? 'warning: ' : '';
    system.terminal.error(`${clock} ${mark}${msg}${err?.stack === undefined ? '' : `\n${err.stack}`}\n`);
  };
  return pino({ base: null }, { write });
}

function whyNot(error: unknown, { host, port }: ServerOptions): string {
  const where = `${host} port ${port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${where} is in use; stop what listens there, or choose another port with --port (0 takes any free one)`;
    case 'EACCES':
      return `${where} may not be opened by this user; choose a port above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine; choose one with --host`;
    default:
      return `${where} cannot be opened: ${reasonOf(error)}`;
  }
}

export async function startServer(system: System, options: ServerOptions): Promise<Started> {
  const log = humanLog(system);
  const folder = (...parts: string[]) => path.join(system.process.packageFolder, ...parts);
  const dataFolder = path.resolve(options.dataFolder);
  log.info(`vethscope ${options.version}: reading the library in ${dataFolder}`);
  let lock: FolderLock;
  try {
    lock = await lockFolder(system, dataFolder);
  } catch (error) {
    return { ok: false, message: `${dataFolder} ${reasonOf(error)}; choose a folder with --data-dir` };
  }
  if (!lock.ok) {
    const message = `${dataFolder} is used by another vethscope (process ${lock.pid}); open its link, stop it, or choose another folder with --data-dir`;
    return { ok: false, message };
  }
  const { release } = lock;
  const library = new Library({
    system,
    dataFolder,
    samplesFolder: options.samples ? folder('fixtures', 'samples') : null,
    warn: (message) => log.warn(message),
  });
  try {
    await library.open();
  } catch (error) {
    await release();
    return { ok: false, message: `${dataFolder} ${reasonOf(error)}; choose a folder with --data-dir` };
  }
  const viewerFolder = folder('dist', 'web');
  if ((await system.files.stat(path.join(viewerFolder, 'index.html'))) === null) {
    log.warn(`the viewer is not built (${viewerFolder} is missing): only the API answers; run npm run build`);
  }

  const token = options.token ?? randomBytes(24).toString('base64url');
  // The gate needs the port, and port 0 is known only after listening: nothing is answered before the app is there.
  let parts: { app: ReturnType<typeof createApp>; hub: Hub } | null = null;
  let listener: Listener;
  try {
    listener = await system.listen({
      host: options.host,
      port: options.port,
      onRequest: (request, response) => (parts === null ? response.writeHead(503).end() : parts.app(request, response)),
      onUpgrade: (request, socket, head) =>
        parts === null ? socket.destroy() : parts.hub.upgrade(request, socket, head),
    });
  } catch (error) {
    await library.close();
    await release();
    return { ok: false, message: whyNot(error, options) };
  }
  const finder = options.finder ?? new PodFinder(system);
  const { version } = options;
  const own = { host: options.host, port: listener.port };
  const captures = new Captures({ system, library, finder, version, own, warn: (message) => log.warn(message) });
  const gate = new Gate({ token, host: options.host, port: listener.port });
  const hub = new Hub(library, captures, finder, gate, system.clock);
  parts = { app: createApp({ system, library, captures, finder, gate, log, version, viewerFolder }), hub };

  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  const name = options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : shown;
  const origin = `http://${name}:${listener.port}`;
  log.info(`listening on ${shown} port ${listener.port}`);
  if (!isLoopback(options.host)) {
    log.warn(
      `${options.host} can be reached from other machines, and the link travels unencrypted; an SSH tunnel to 127.0.0.1 is safer`,
    );
  }
  const stop = async () => {
    await captures.close();
    hub.close();
    await finder.close();
    await listener.close();
    await library.close();
    await release();
  };
  return { ok: true, link: `${origin}/?token=${token}`, origin, log, stop };
}
