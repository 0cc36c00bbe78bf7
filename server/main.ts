// Entry of the command line. Kept small: `vethscope --help` must not wait for parsers, express or zod.
import path from 'node:path';
import { runCommandLine } from './commands/command-line.ts';
import { realSystem } from './system/real.ts';

// dist/server/main.js, two folders below the package.
const packageFolder = path.resolve(import.meta.dirname, '../..');
process.exit(await runCommandLine(process.argv.slice(2), realSystem(packageFolder)));
