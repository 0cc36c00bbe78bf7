// A server in a process of its own, to be killed: its arguments are one JSON text, and it prints the link.
import path from 'node:path';
import { startServer } from '../../server/http/start.ts';
import { realSystem } from '../../server/system/real.ts';
import { ToldFinder } from './bridge-world.fixture.ts';

const { root, dataFolder, pods, points } = JSON.parse(process.argv[2] ?? '{}');
const system = realSystem(path.resolve(root));
const started = await startServer(system, {
  host: '127.0.0.1',
  port: 0,
  dataFolder,
  token: 'token-of-the-tests',
  samples: false,
  version: '0.0.0',
  finder: new ToldFinder(system, { pods, points }),
});
process.stdout.write(started.ok ? `link ${started.link}\n` : `failed ${started.message}\n`);
system.process.onStop(() => {
  void (started.ok ? started.stop() : Promise.resolve()).then(() => process.exit(0));
});
