// The real operating system behind the interface of system.ts.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { realFiles } from './real-files.ts';
import { realPrograms } from './real-programs.ts';
import type { Clock, Listener, ListenOptions, System, Terminal } from './system.ts';

const clock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  delay: (ms) => delay(ms),
  every(ms, run) {
    const timer = setInterval(run, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

function realTerminal(): Terminal {
  let closed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') process.stderr.write(`vethscope: cannot write the output: ${error.message}\n`);
  });
  process.stderr.on('error', () => undefined);
  return {
    outIsTty: process.stdout.isTTY === true,
    input: process.stdin as AsyncIterable<Uint8Array>,
    out(text) {
      if (closed) return Promise.resolve(false);
      return new Promise((resolve) => {
        process.stdout.write(text, () => resolve(!closed));
      });
    },
    outBytes(bytes) {
      if (closed) return Promise.resolve(false);
      return new Promise((resolve) => {
        process.stdout.write(bytes, () => resolve(!closed));
      });
    },
    error: (text) => void process.stderr.write(text),
  };
}

function listen(options: ListenOptions): Promise<Listener> {
  const server = http.createServer({ requestTimeout: 0, headersTimeout: 20_000 }, options.onRequest);
  server.on('upgrade', options.onUpgrade);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      const { port } = server.address() as AddressInfo;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ host: options.host, port, close });
    });
  });
}

const socketAnswerLimit = 64 << 20;

function getFromSocket(socketPath: string, path: string, timeoutMs: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, headers: { host: 'localhost' } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        if (text.length > socketAnswerLimit) request.destroy(new Error('the answer is too long'));
      });
      answer.once('end', () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, text });
      });
      answer.once('error', reject);
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** @param packageFolder where dist/, fixtures/ and package.json stand */
export function realSystem(packageFolder: string): System {
  return {
    files: realFiles,
    programs: realPrograms,
    clock,
    terminal: realTerminal(),
    process: {
      env: process.env,
      homeFolder: os.homedir(),
      userId: process.getuid?.() ?? null,
      nodeVersion: process.version,
      packageFolder,
      onStop(run) {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) {
          process.once(signal, () => {
            process.removeAllListeners('SIGINT');
            process.removeAllListeners('SIGTERM');
            run(signal);
          });
        }
      },
    },
    listen,
    getFromSocket,
  };
}
