// How fast a capture is opened and filtered, against capinfos, tshark and pcap-parser on the same file in the same run.
// VETHSCOPE_BENCH_PACKETS sets the size (300,000 packets by default). The peers run where they are installed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { it } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import type * as Filter from '../../parsers/filter/compile-filter.ts';
import type * as Index from '../../parsers/index/capture-index.ts';
import * as f from '../conformance/frames.ts';
import { Random } from '../conformance/random-tcp.ts';

const COUNT = Number(process.env['VETHSCOPE_BENCH_PACKETS'] ?? 300_000);
const CHUNK = 1 << 20;

/** Web traffic of many connections, with DNS between: 12 packets a connection, most with timestamps and some with data. */
function makeCapture(count: number): Uint8Array {
  const random = new Random(7);
  const packets: { ns: bigint; bytes: Uint8Array }[] = [];
  const stamps = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
  let ns = 1_700_000_000_000_000_000n;
  for (let c = 0; packets.length < count; c++) {
    const client = `10.244.${c % 8}.${1 + ((c >> 3) % 250)}`;
    const server = `10.96.0.${1 + (c % 200)}`;
    const port = 20_000 + (c % 40_000);
    const send = (back: boolean, flags: number, seq: number, ack: number, size: number): void => {
      ns += BigInt(1000 + random.below(50_000));
      const segment = f.tcp(back ? 443 : port, back ? port : 443, {
        seq,
        ack,
        flags,
        options: stamps,
        payload: new Array<number>(size).fill(120),
      });
      packets.push({
        ns,
        bytes: f.frame(f.ethernet(0x0800, f.ip4(back ? server : client, back ? client : server, 6, segment), back)),
      });
    };
    const a = random.below(2 ** 31);
    const b = random.below(2 ** 31);
    const name = `svc-${c % 100}.default.svc.cluster.local`;
    const question = f.dnsMessage(c & 0xffff, 0x0100, [1, 0, 0, 0], [...f.dnsName(name), ...f.u16(1), ...f.u16(1)]);
    ns += 1000n;
    packets.push({
      ns,
      bytes: f.frame(f.ethernet(0x0800, f.ip4(client, '10.96.0.10', 17, f.udp(port, 53, question)))),
    });
    send(false, 0x02, a, 0, 0);
    send(true, 0x12, b, a + 1, 0);
    send(false, 0x10, a + 1, b + 1, 0);
    send(false, 0x18, a + 1, b + 1, 200);
    send(true, 0x10, b + 1, a + 201, 0);
    for (let i = 0; i < 3; i++) send(true, 0x18, b + 1 + i * 1400, a + 201, 1400);
    send(false, 0x10, a + 201, b + 4201, 0);
    send(false, 0x11, a + 201, b + 4201, 0);
    send(true, 0x11, b + 4201, a + 202, 0);
  }
  return writePcap({ linkType: 1 }, packets.slice(0, count));
}

type Engine = Pick<typeof Index, 'CaptureIndexer' | 'describePacket'> & Pick<typeof Filter, 'compileFilter'>;

/** The engine as it is shipped, in one file: the test runner's own module loader makes every imported name a slow look-up. */
async function bundledEngine(folder: string): Promise<Engine> {
  const parsers = path.resolve(import.meta.dirname, '../../parsers');
  const entry = path.join(folder, 'entry.ts');
  fs.writeFileSync(
    entry,
    `export { CaptureIndexer, describePacket } from '${parsers}/index/capture-index.ts';\nexport { compileFilter } from '${parsers}/filter/compile-filter.ts';\n`,
  );
  const lib = { entry, formats: ['es' as const], fileName: 'engine' };
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { lib, outDir: folder, emptyOutDir: false, minify: false, target: 'node20' },
  });
  return import(/* @vite-ignore */ path.join(folder, 'engine.js'));
}

function openCapture({ CaptureIndexer }: Engine, file: string) {
  const indexer = new CaptureIndexer();
  const chunk = new Uint8Array(CHUNK);
  const fd = fs.openSync(file, 'r');
  for (let size = fs.readSync(fd, chunk); size > 0; size = fs.readSync(fd, chunk))
    indexer.append(chunk.subarray(0, size));
  fs.closeSync(fd);
  indexer.end();
  return indexer.index;
}

/** Best of `runs`, in seconds. */
function best(runs: number, work: () => void): number {
  let least = Infinity;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    work();
    least = Math.min(least, (performance.now() - started) / 1000);
  }
  return least;
}

function peer(name: string, args: readonly string[], runs: number): number | null {
  const run = (): number | null => {
    const r = spawnSync(name, args, { stdio: ['ignore', 'ignore', 'ignore'], maxBuffer: 1 << 30 });
    return r.error ? null : r.status;
  };
  if (spawnSync(name, ['--version'], { stdio: 'ignore' }).error) return null;
  return best(runs, () => void run());
}

async function pcapParser(file: string): Promise<number | null> {
  // It has no types; the name in a variable keeps the compiler from asking for them.
  const name = 'pcap-parser';
  const loaded: unknown = await import(name).catch(() => null);
  const module = loaded && typeof loaded === 'object' && 'default' in loaded ? loaded.default : loaded;
  if (!module || typeof module !== 'object' || !('parse' in module) || typeof module.parse !== 'function') return null;
  const { parse } = module;
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    parse(file)
      .on('packet', () => undefined)
      .on('end', resolve)
      .on('error', reject);
  });
  return (performance.now() - started) / 1000;
}

function line(what: string, seconds: number | null, ours: number | null = null): void {
  const rate =
    seconds === null ? 'not installed' : `${seconds.toFixed(3)} s  ${(COUNT / seconds / 1e6).toFixed(2)} M packets/s`;
  const ratio = seconds === null || ours === null ? '' : `  ours is ${(seconds / ours).toFixed(2)} × as fast`;
  console.log(`  ${what.padEnd(46)} ${rate}${ratio}`);
}

it('opens and filters a capture', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vethscope-bench-'));
  try {
    const file = path.join(folder, 'bench.pcap');
    fs.writeFileSync(file, makeCapture(COUNT));
    const engine = await bundledEngine(folder);
    const { compileFilter, describePacket } = engine;
    console.log(`\n${COUNT} packets, ${(fs.statSync(file).size / 1e6).toFixed(0)} MB`);
    line(
      'vethscope, the first time (compiling itself)',
      best(1, () => void openCapture(engine, file)),
    );
    const open = best(5, () => void openCapture(engine, file));
    line('vethscope: index, flows, TCP analysis', open);
    line('capinfos -c', peer('capinfos', ['-c', file], 3), open);
    line('tshark, one line a packet', peer('tshark', ['-n', '-r', file], 1), open);
    line('pcap-parser (records only)', await pcapParser(file), open);

    const index = openCapture(engine, file);
    const bytes = fs.readFileSync(file);
    const frame = (row: number): Uint8Array =>
      bytes.subarray(index.fileOffset(row), index.fileOffset(row) + index.caplen(row));
    for (const text of [
      'tcp.dstport == 443 && ip.addr == 10.96.0.7',
      'tcp.flags.syn == 1',
      'dns.qry.name contains "svc-7."',
      'tcp.window_size < 100',
      'ip.ttl < 64',
    ]) {
      const filter = compileFilter(text);
      if (!filter.ok) throw new Error(filter.message);
      let matched = 0;
      const ours = best(2, () => {
        matched = 0;
        for (let row = 0; row < index.packetCount; row++) if (filter.test(index, row, () => frame(row))) matched++;
      });
      console.log(`filter ${text} (${matched} match)`);
      line('vethscope', ours);
      line('tshark -Y', peer('tshark', ['-n', '-r', file, '-Y', text], 1), ours);
    }
    const rows = Math.min(20_000, index.packetCount);
    const seconds = best(2, () => {
      for (let row = 0; row < rows; row++) describePacket(index, row, frame(row));
    });
    console.log(`describePacket: ${((seconds / rows) * 1e6).toFixed(1)} µs a row`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
