// Starts the built server on a free port and a browser beside it. Chromium is looked for where distributions put it, or where
// CHROMIUM says; without one the suite is skipped, visibly, and fails when CI is set.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const browserPath = places.find((place) => place !== undefined && existsSync(place)) ?? null;

const browserArgs = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const root = path.resolve(import.meta.dirname, '../..');

export interface Viewer {
  page: Page;
  url: string;
  /** What the console and the page complained about; must stay empty. */
  complaints: string[];
  /** Kills the server as a crash would, and starts it again where it was. */
  crash: () => Promise<void>;
  close: () => Promise<void>;
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const [link] = /http:\/\/\S+token=\S+/.exec(said) ?? [];
      if (link !== undefined) resolve(link);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

/** Where and as whom the server runs; left out: here, as the test does. */
export interface ServerPlace {
  /** A network namespace, with the address in it that the browser reaches. */
  netns?: { path: string; address: string };
  env?: Record<string, string>;
  /** Drops every right: the user nobody. */
  asNobody?: boolean;
}

const nobody = 65_534;

const token = 'token-of-the-browser-tests';

function startServer(data: string, { netns, env, asNobody }: ServerPlace, port = '0'): ChildProcess {
  const serve = ['dist/server/main.js', 'serve', '--port', port, '--token', token, '--data-dir', data];
  const options = { cwd: root, env: { ...process.env, ...env } };
  if (netns !== undefined) {
    const inside = [`--net=${netns.path}`, process.execPath, ...serve, '--host', netns.address];
    return spawn('nsenter', inside, options);
  }
  if (asNobody !== true || process.getuid?.() !== 0) return spawn(process.execPath, serve, options);
  chownSync(data, nobody, nobody);
  return spawn(process.execPath, serve, { ...options, uid: nobody, gid: nobody });
}

export async function openViewer(colorScheme: 'dark' | 'light' = 'dark', place: ServerPlace = {}): Promise<Viewer> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'vethscope-e2e-'));
  let server = startServer(data, place);
  const link = await listening(server);
  const browser: Browser = await chromium.launch({ executablePath: browserPath ?? '', args: browserArgs });
  const context = await browser.newContext({ viewport: { width: 1600, height: 860 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(link);
  const close = async () => {
    await browser.close();
    // It ends its captures in order, and writes until it has.
    const ended = once(server, 'exit');
    server.kill();
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const crash = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    server = startServer(data, place, new URL(link).port);
    await listening(server);
  };
  return { page, url: new URL(link).origin, complaints, crash, close };
}
