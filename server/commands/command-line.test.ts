import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkReport, doctorReport, snapshotReport } from '../../api/command-line.ts';
import * as explained from '../../api/explanation.ts';
import { joined } from '../../api/joined.ts';
import { podList } from '../../api/live.ts';
import * as api from '../../api/schemas.ts';
import { writePcap } from '../../parsers/capture/writer.ts';
import * as f from '../../test/conformance/frames.ts';
import { talk } from '../../test/conformance/talk.ts';
import { pcapOf } from '../packets/pcap.fixture.ts';
import { type Script, scriptedSystem } from '../system/scripted.ts';
import { tarOf } from '../unpack/tar.fixture.ts';
import { runCommandLine } from './command-line.ts';

const root = path.resolve(import.meta.dirname, '../..');
const samples = path.join(root, 'fixtures/samples');

function filesBelow(folder: string, shownAs: string): Record<string, Uint8Array> {
  const found: Record<string, Uint8Array> = {};
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) Object.assign(found, filesBelow(at, `${shownAs}/${entry.name}`));
    else found[`${shownAs}/${entry.name}`] = fs.readFileSync(at);
  }
  return found;
}

const clash = filesBelow(path.join(samples, 'ipvs-nft.seed-clash'), 'clash');
const healthy = filesBelow(path.join(samples, 'ipvs-nft.seed-healthy'), 'healthy');
const packageJson = { '/package/package.json': '{"version":"1.2.3"}' };

async function run(args: readonly string[], script: Script = {}) {
  const system = scriptedSystem({ ...script, files: { ...packageJson, ...clash, ...healthy, ...script.files } });
  const status = await runCommandLine(args, system);
  return { status, ...system.printed() };
}

function bytesOf(system: ReturnType<typeof scriptedSystem>, file: string): Uint8Array {
  const handle = system.files.openRead(file);
  const room = new Uint8Array(1 << 20);
  return room.slice(0, handle.readAt(0, room));
}

const bundle = ['--snapshot', 'clash/bundle'];
const spec = 'tcp 10.244.1.2:40580 > 10.96.0.80:80 in cni0';

// ---- usage ----

test('--help everywhere, on stdout, status 0', async () => {
  const top = await run(['--help']);
  expect([top.status, top.error]).toEqual([0, '']);
  for (const command of [
    'serve',
    'capture',
    'extcap',
    'read',
    'flows',
    'stats',
    'follow',
    'explain',
    'check',
    'doctor',
  ]) {
    expect(top.out).toContain(`\n  ${command} `);
    const own = await run([command, '--help']);
    expect([command, own.status, own.error]).toEqual([command, 0, '']);
    expect(own.out).toContain(`Usage: vethscope ${command}`);
  }
});

test('--version', async () => expect((await run(['--version'])).out).toBe('1.2.3\n'));

test.each([
  [['raed', 'x'], 'there is no command "raed"'],
  [['read'], "missing required argument 'capture'"],
  [['read', '--jsno', 'x'], "unknown option '--jsno'"],
  [['--prot', '1'], "unknown option '--prot'"],
  [['serve', '--port', '99999'], 'a port is a number from 0'],
  [['serve', 'now'], 'too many arguments'],
  [['read', '-T', 'json', 'x'], 'Allowed choices are fields'],
  [['read', '-e', 'ip.src', 'x'], '-T fields -e'],
  [['read', '-d', 'tcp.port=8,http', 'x'], 'is not of the form tcp.port==8888,http'],
  [['flows', '-d', 'tcp.port==80,arp', 'x'], 'is not decoded over TCP; one of: '],
  [['explain', ...bundle], '--packet SPEC or --capture FILE'],
  [['explain', '--packet', spec], "required option '--snapshot <path...>'"],
  [['explain', ...bundle, '--packet', spec, '--flow', '1'], '--flow takes the number of a flow of --capture'],
  [['check'], "required option '--snapshot <path...>'"],
  [['doctor', 'x'], 'too many arguments'],
])('%j is bad usage: one line, status 2', async (args, message) => {
  const { status, out, error } = await run(args);
  expect([status, out]).toEqual([2, '']);
  expect(error).toContain(message);
  expect(error.trimEnd().split('\n')).toHaveLength(1);
});

// ---- unreadable input ----

test.each([
  [['read', 'none.pcap'], 'none.pcap: does not exist; name a capture file'],
  [['read', 'clash/pcap'], 'clash/pcap: is a folder; name the capture files in it'],
  [['read', 'empty.pcap'], 'empty.pcap: is empty'],
  [['read', 'clash/bundle/ss.txt'], 'clash/bundle/ss.txt: is not a capture; expected pcap or pcapng'],
  [['flows', 'text.gz'], 'text.gz: is not a capture'],
  [['read', 'x.lz4'], 'x.lz4: the file is compressed with lz4 and the lz4 program is not installed'],
  [['read', 'empty.tar'], 'empty.tar: holds no capture'],
  [['read', '-Y', 'ip.addr ==', 'clash/pcap/node-any.pcap'], '-Y "ip.addr ==": column'],
  [['check', '--snapshot', 'none'], 'none: does not exist; name a folder of dumps'],
  [['check', '--snapshot', 'clash/pcap'], 'clash/pcap: holds no dump that vethscope knows'],
  [['check', '--snapshot', 'evil.tgz'], 'evil.tgz: holds a file that cannot be trusted'],
  [
    ['explain', '--snapshot', 'clash/bundle/ss.txt', '--packet', spec],
    'the dumps lack iptables-save, ip -j addr, ip -j route',
  ],
  [['explain', ...bundle, '--packet', 'hello'], 'hello'],
  [['explain', ...bundle, '--capture', 'clash/pcap/pod-client.pcap', '--flow', '77'], 'there is no flow 77'],
])('%j: one line with file and remedy, status 2', async (args, message) => {
  const files = {
    'empty.pcap': '',
    'text.gz': gzipSync('hello'),
    'x.lz4': Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0, 0, 0, 0),
    'empty.tar': tarOf([['a.txt', 'hello']]),
    'evil.tgz': gzipSync(tarOf([['../iptables-save.txt', '*nat\nCOMMIT\n']])),
  };
  const { status, out, error } = await run(args, { files });
  expect([status, out]).toEqual([2, '']);
  expect(error).toMatch(/^vethscope: /);
  expect(error).toContain(message);
  expect(error.trimEnd().split('\n')).toHaveLength(1);
});

test('a cut capture: the good part, then the place and status 2', async () => {
  const files = {
    'cut.pcap': fs.readFileSync(path.join(samples, 'ipvs-nft.seed-clash/pcap/node-any.pcap')).subarray(0, 1000),
  };
  const { status, out, error } = await run(['read', 'cut.pcap'], { files });
  expect(out.trimEnd().split('\n')).toHaveLength(8);
  expect(status).toBe(2);
  expect(error).toMatch(/^vethscope: cut\.pcap: .*\n$/);
});

// ---- read ----

const any = 'clash/pcap/node-any.pcap';

test('read prints one line a packet, with the point when there are several', async () => {
  const one = await run(['read', any]);
  expect([one.status, one.error]).toEqual([0, '']);
  expect(one.out.split('\n')[0]).toMatch(
    /^ {4}1 {3}0\.000000 {3}10\.244\.1\.2 → 10\.96\.0\.80 {3}TCP 80 40580 → 80 \[SYN\]/,
  );
  expect(one.out.trimEnd().split('\n')).toHaveLength(25);
  const two = await run(['read', 'clash/pcap/pod-client.pcap', 'clash/pcap/node-veth-client.pcap']);
  expect(two.out.trimEnd().split('\n')).toHaveLength(20);
  expect(two.out).toContain(' veth client ');
});

test('read --json is an array of packetRow, newline-terminated', async () => {
  const { status, out } = await run(['read', any, 'clash/pcap/pod-client.pcap', '--json']);
  expect(status).toBe(0);
  expect(out.endsWith(']\n')).toBe(true);
  expect(z.array(api.packetRow).parse(JSON.parse(out))).toHaveLength(35);
  expect((await run(['read', 'none.pcap', '--json'], { files: { 'none.pcap': pcapOf([]) } })).out).toBe('[]\n');
});

test('read -d and follow -d take a port for a protocol', async () => {
  const frames = talk(40_000, 7000, [['>', f.ascii('*1\r\n$4\r\nPING\r\n')]]);
  const files = {
    'x.pcap': writePcap(
      { linkType: 1 },
      frames.map((bytes, i) => ({ ns: BigInt(i), bytes })),
    ),
  };
  expect((await run(['read', 'x.pcap', '-Y', 'resp'], { files })).out).toBe('');
  const rule = ['-d', 'tcp.port==7000,resp'];
  expect((await run(['read', 'x.pcap', '-Y', 'resp', ...rule], { files })).out).toMatch(/RESP \d+ Request: PING\n$/);
  expect((await run(['follow', 'x.pcap', ...rule], { files })).out).toContain('PING');
});

test('read -Y and -T fields', async () => {
  const { status, out, error } = await run([
    'read',
    any,
    '-Y',
    'tcp.flags.syn == 1',
    '-T',
    'fields',
    '-e',
    'ip.src',
    '-e',
    'tcp.dstport',
  ]);
  expect([status, error]).toEqual([0, '']);
  expect(out.split('\n')[0]).toBe('10.244.1.2\t80');
  expect(out.trimEnd().split('\n').length).toBeLessThan(25);
});

test('read takes stdin, gzip and archives', async () => {
  const bytes = fs.readFileSync(path.join(samples, 'ipvs-nft.seed-clash/pcap/node-cni0.pcap'));
  const stdin = await run(['read', '-'], { input: [bytes.subarray(0, 100), bytes.subarray(100)] });
  const files = { 'a.gz': gzipSync(bytes), 'a.tgz': gzipSync(tarOf([['x/node-cni0.pcap', bytes]])) };
  const gz = await run(['read', 'a.gz'], { files });
  const tgz = await run(['read', 'a.tgz'], { files });
  expect([stdin.status, stdin.out.trimEnd().split('\n').length]).toEqual([0, 5]);
  expect([gz.out, tgz.out]).toEqual([stdin.out, stdin.out]);
});

test('read stops quietly when its reader leaves', async () => {
  const files = { 'big.pcap': pcapOf(Array.from({ length: 5000 }, (_, i) => ({ us: i }))) };
  const { status, out, error } = await run(['read', 'big.pcap'], { files, readerLeavesAfter: 10 });
  expect([status, error]).toEqual([0, '']);
  expect(out.length).toBeLessThan(100_000);
});

test('flows, as a table and as JSON', async () => {
  const { status, out } = await run(['flows', 'clash/pcap/pod-client.pcap', '--json']);
  expect(status).toBe(0);
  const rows = z.array(api.flowRow).parse(JSON.parse(out));
  expect(rows[0]).toMatchObject({
    protocol: 'TCP',
    client: '10.244.1.2:40580',
    server: '10.96.0.80:80',
    point: 'pod client',
    packets: 10,
  });
  expect((await run(['flows', 'clash/pcap/pod-client.pcap'])).out).toContain('10.96.0.80:80');
});

test('flows --joined: NAT seen, the way with the time between points; JSON as documented', async () => {
  const all = ['pod-client', 'node-veth-client', 'node-veth-hostport-web'].map((name) => `clash/pcap/${name}.pcap`);
  const { status, out } = await run(['flows', ...all, '--joined']);
  expect(status).toBe(0);
  expect(out).toContain('tcp destination 10.96.0.80:80 → 10.244.1.5:8088, between veth client and veth hostport-web');
  expect(out).toMatch(
    /to server, 5 packets: pod client →\([\d.]+ [mµ]s\) veth client →\([\d.]+ [mµ]s\) veth hostport-web/,
  );
  const { out: printed } = await run(['flows', ...all, '--joined', '--json']);
  expect(joined.parse(JSON.parse(printed)).nat).toHaveLength(2);
  expect((await run(['flows', 'clash/pcap/pod-client.pcap', '--joined'])).out).toContain('Only one point (pod client)');
});

test('read -w writes what passes as pcapng, -T csv prints it', async () => {
  const system = scriptedSystem({ files: { ...packageJson, ...clash } });
  const args = ['read', 'clash/pcap/pod-client.pcap', '-Y', 'tcp.flags.syn == 1'];
  expect(await runCommandLine([...args, '-w', 'out.pcapng'], system)).toBe(0);
  const back = await run(['read', 'out.pcapng', '--json'], { files: { 'out.pcapng': bytesOf(system, 'out.pcapng') } });
  const rows = z.array(api.packetRow).parse(JSON.parse(back.out));
  expect(rows.map((row) => row.info.includes('SYN'))).toEqual([true, true]);
  expect(rows[0]?.point).toBe('pod client');
  const csv = (await run([...args, '-T', 'csv'])).out.trimEnd().split('\n');
  expect(csv[0]).toBe('"No.","Time","Source","Destination","Protocol","Length","Point","Info"');
  expect(csv).toHaveLength(3);
  expect((await run([...args, '-w', 'x', '--json'])).status).toBe(2);
});

test('follow prints a conversation as tshark does', async () => {
  const { status, out } = await run(['follow', 'clash/pcap/pod-client.pcap', '--flow', '0']);
  expect(status).toBe(0);
  expect(out).toContain('Follow: tcp,ascii\nNode 0: 10.244.1.2:40580\nNode 1: 10.96.0.80:80\n');
  expect(out).toMatch(/\nGET .* HTTP\/1.1\r?\n/);
  const raw = (await run(['follow', 'clash/pcap/pod-client.pcap', '--as', 'raw'])).out;
  expect(Buffer.from(/^[0-9a-f]+$/m.exec(raw)?.[0] ?? '', 'hex').toString()).toMatch(/^GET /);
  expect((await run(['follow', 'clash/pcap/pod-client.pcap', '--as', 'hex'])).out).toMatch(/^00000000 {2}47 45 54 20/m);
  expect((await run(['follow', 'clash/pcap/pod-client.pcap', '--flow', '77'])).error).toContain('there is no flow 77');
  expect((await run(['follow', 'clash/pcap/pod-client.pcap', '--flow', 'x'])).status).toBe(2);
});

// ---- explain and check ----

test('explain --packet: the answer first, with the lines it stands on', async () => {
  const { status, out, error } = await run(['explain', ...bundle, '--packet', spec]);
  expect([status, error]).toEqual([0, '']);
  expect(out).toContain('10.244.1.5:8088');
  expect(out).toMatch(/clash\/bundle\/iptables-save\.txt:\d+/);
  expect(out).not.toContain('\x1b[');
});

test('explain colours on a terminal, unless NO_COLOR', async () => {
  expect((await run(['explain', ...bundle, '--packet', spec], { outIsTty: true })).out).toContain('\x1b[');
  expect(
    (await run(['explain', ...bundle, '--packet', spec], { outIsTty: true, env: { NO_COLOR: '1' } })).out,
  ).not.toContain('\x1b[');
});

test('explain --json is the documented explanation', async () => {
  const { status, out } = await run(['explain', ...bundle, '--packet', spec, '--json']);
  expect(status).toBe(0);
  expect(out.endsWith('}\n')).toBe(true);
  const found = explained.explanation.parse(JSON.parse(out));
  expect(found.outcomes[0]?.finalDestination).toBe('10.244.1.5:8088');
});

test('explain --capture follows the first flow that enters the node, and the one that is asked for', async () => {
  const { status, out, error } = await run([
    'explain',
    ...bundle,
    '--capture',
    'clash/pcap/node-veth-client.pcap',
    '--json',
  ]);
  expect([status, error]).toEqual([0, '']);
  expect(explained.explanation.parse(JSON.parse(out)).outcomes[0]?.finalDestination).toBe('10.244.1.5:8088');
  const zero = await run([
    'explain',
    ...bundle,
    '--capture',
    'clash/pcap/node-veth-client.pcap',
    '--flow',
    '0',
    '--json',
  ]);
  expect(zero.out).toBe(out);
  const input = [clash['clash/pcap/node-veth-client.pcap'] ?? new Uint8Array(0)];
  expect((await run(['explain', '--capture', '-', ...bundle, '--json'], { input })).out).toBe(out);
});

test('explain --capture from all points: what the packets show, and whether the rules say the same', async () => {
  const points = ['pod-client', 'node-veth-client', 'node-veth-hostport-web', 'pod-hostport-web'];
  const all = points.map((name) => `clash/pcap/${name}.pcap`);
  const asked = async (snapshot: string, flow: string) => {
    const args = ['explain', '--snapshot', snapshot, '--capture', ...all, '--flow', flow, '--json'];
    return explained.explanation.parse(JSON.parse((await run(args)).out));
  };
  const { captured } = await asked('clash/bundle', '0');
  expect(captured?.text).toBe(
    'In the capture it was seen at pod client, veth client, veth hostport-web and pod hostport-web: the destination 10.96.0.80:80 became 10.244.1.5:8088 and the source 10.244.1.2:40580 became 10.244.1.1:40580 before veth hostport-web. That is what the rules say.',
  );
  expect(captured?.agrees).toBe(true);
  // Behind the rewrite the flow has other addresses; the other points say where it came from.
  const { packet } = await asked('clash/bundle', '3');
  expect([packet.src, packet.sport, packet.dst, packet.dport]).toEqual(['10.244.1.2', 40_580, '10.96.0.80', 80]);
  const other = await asked('healthy/bundle', '0');
  expect(other.captured?.agrees).toBe(false);
  expect(other.captured?.text).toContain('The rules of this snapshot say 10.244.1.3:8080');
  const text = await run(['explain', '--snapshot', 'clash/bundle', '--capture', ...all, '--flow', '0']);
  expect(text.out).toContain('In the capture it was seen at pod client');
  const alone = await run(['explain', ...bundle, '--capture', all[0] ?? '', '--flow', '0', '--json']);
  expect(explained.explanation.parse(JSON.parse(alone.out)).captured).toBeUndefined();
});

test('a snapshot may be a folder, an archive or files, and says the same', async () => {
  const members = Object.entries(clash).filter(([name]) => name.startsWith('clash/bundle/'));
  const files = {
    'clash.bin': gzipSync(
      tarOf(
        members.map(([name, bytes]) => [name.slice('clash/'.length), bytes]),
        'pax',
      ),
    ),
  };
  const whole = (await run(['explain', ...bundle, '--packet', spec])).out;
  const packed = await run(['explain', '--snapshot', 'clash.bin', '--packet', spec], { files });
  expect(packed.out.replaceAll('clash.bin/bundle', 'clash/bundle')).toBe(whole);
  const loose = await run(['explain', '--snapshot', ...members.map(([name]) => name), '--packet', spec]);
  expect(loose.out).toBe(whole);
});

test('check finds the clash, and exits with 1', async () => {
  const { status, out, error } = await run(['check', ...bundle, '--json']);
  expect([status, error]).toEqual([1, '']);
  expect(checkReport.strict().parse(JSON.parse(out)).findings.length).toBeGreaterThan(0);
  const text = await run(['check', ...bundle]);
  expect(text.status).toBe(1);
  expect(text.out).toMatch(/iptables-save\.txt:\d+/);
});

test('check --capture adds what the flows run into', async () => {
  const { status, out } = await run(['check', ...bundle, '--capture', 'clash/pcap/node-veth-client.pcap', '--json']);
  expect(status).toBe(1);
  checkReport.strict().parse(JSON.parse(out));
});

test.each([
  ['ipvs-nft.seed-clash', 'pod-client', '10.244.1.5:8088'],
  ['ipvs-nft.seed-healthy', 'pod-client', '10.244.1.3:8080'],
  ['ipvs-nft.clash-dns-udp', 'pod-client', '10.244.1.7:5353'],
  ['iptables-nft.seed-clash', 'pod-client', '10.244.1.3:8080'],
  ['native.hostport-outside', 'ext-eth0', '10.244.1.3:8088'],
])('sample %s, captured at %s: %s answered, as recorded', async (name, point, receiver) => {
  const files = filesBelow(path.join(samples, name), 'case');
  const args = ['explain', '--snapshot', 'case/bundle', '--capture', `case/pcap/${point}.pcap`, '--json'];
  const { status, out } = await run(args, { files });
  expect(status).toBe(0);
  const { outcomes } = explained.explanation.parse(JSON.parse(out));
  expect(outcomes.map((o) => o.finalDestination)).toContain(receiver);
});

// ---- pods and snapshot ----

test('pods on a machine without any says so, and why each source found none', async () => {
  const { status, out, error } = await run(['pods'], { files: { '/proc/sys/kernel/hostname': 'node-1\n' } });
  expect([status, error]).toEqual([0, '']);
  expect(out).toContain('no pods were found on this node');
  expect(out).toContain('nothing by cri: no runtime listens at /run/containerd/containerd.sock');
  const json = await run(['pods', '--json'], { files: { '/proc/sys/kernel/hostname': 'node-1\n' } });
  expect(podList.parse(JSON.parse(json.out))).toMatchObject({ node: 'node-1', pods: [] });
  for (const hostile of ['-z /evil.sh', 'a; rm', 'x\ny', '../etc']) {
    const { status, error } = await run(['pods', '--', hostile]);
    expect([status, error.trimEnd().split('\n').length, error.includes('there is no pod')]).toEqual([2, 1, true]);
  }
});

test('snapshot writes a folder or a .tgz, and never over what is there', async () => {
  const programs = { uname: () => 'Linux node-1 6.1.0 x\n' };
  const system = scriptedSystem({ files: { ...packageJson, 'there/x': '' }, programs });
  expect(await runCommandLine(['snapshot', '-o', 'out'], system)).toBe(0);
  expect(new TextDecoder().decode(system.disk.get('out/uname.txt'))).toBe('Linux node-1 6.1.0 x\n');
  expect(await runCommandLine(['snapshot', '-o', 'out.tgz', '--pod-netns', '--json'], system)).toBe(0);
  const { out } = system.printed();
  const printed = out.slice(out.indexOf('{'));
  expect(snapshotReport.strict().parse(JSON.parse(printed)).files).toContain('uname.txt');
  expect([...(system.disk.get('out.tgz') ?? []).slice(0, 2)]).toEqual([0x1f, 0x8b]);
  expect(system.printed().out).toContain('ss is not installed (package iproute2): the snapshot has no ss.txt.');
  const onTerminal = scriptedSystem({ files: packageJson, programs, outIsTty: true });
  expect(await runCommandLine(['snapshot', '-o', 'out'], onTerminal)).toBe(0);
  expect([onTerminal.printed().error.includes('kubernetes'), system.printed().error]).toEqual([true, '']);
  expect(await runCommandLine(['snapshot', '-o', 'there'], system)).toBe(2);
  expect(system.printed().error).toContain('there is there already; name a new folder or file with -o');
});

// ---- doctor ----

test('doctor names what is missing and how to get it', async () => {
  const programs = { tcpdump: () => '', ip: () => '' };
  const { status, out } = await run(['doctor'], {
    programs,
    files: { '/proc/self/status': 'Name:\tx\nCapEff:\t0000000000000000\n' },
  });
  expect(status).toBe(0);
  expect(out).toContain('ok       tcpdump');
  expect(out).toContain('apt-get install lz4');
  expect(out).toContain('run vethscope as root');
  expect(out).toContain('CAP_NET_RAW');
  const json = await run(['doctor', '--json'], { programs });
  expect(doctorReport.strict().parse(JSON.parse(json.out)).checks.length).toBeGreaterThan(3);
});

test('read and stats know names and NAT from --snapshot, in filters and behind -e', async () => {
  const names = ['--snapshot', 'clash/bundle'];
  const fields = ['k8s.pod', 'k8s.src.pod', 'nat.translated.dst', 'point', 'tcp.port'].flatMap((f) => ['-e', f]);
  const asked = ['read', 'clash/pcap/pod-client.pcap', ...names, '-Y', 'k8s.service == "default/web"', '-T', 'fields'];
  const { out, status } = await run([...asked, ...fields]);
  expect([status, out.split('\n')[0]]).toEqual([0, 'default/client\tdefault/client\t10.244.1.5\tpod client\t40580,80']);
  const counted = ['stats', 'conversations', 'clash/pcap/pod-client.pcap', '-Y', 'k8s.src.pod', '--kind', 'tcp'];
  expect((await run([...counted, ...names])).out).toContain('10.244.1.2:40580');
  expect((await run(counted)).out).not.toContain('10.244.1.2:40580');
  const missing = await run(['read', 'clash/pcap/pod-client.pcap', '--snapshot', 'nowhere']);
  expect([missing.status, missing.error]).toEqual([2, expect.stringContaining('nowhere')]);
});
