// A captured flow is explained with what its first packet shows: matches that look at bytes or at the clock have an answer.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { readSnapshot } from '../../parsers/nodestate/snapshot.ts';
import * as f from '../../test/conformance/frames.ts';
import { Capture } from '../packets/capture.ts';
import { FrameFile } from '../packets/frame-file.ts';
import { Packets } from '../packets/packets.ts';
import { realSystem } from '../system/real.ts';
import { explainFlow, explainSpec } from './trace.ts';

// a Tuesday
const seenAt = BigInt(Date.UTC(2026, 10, 24, 1, 30)) * 1_000_000n;

function captureOf(...frames: readonly Uint8Array[]): Packets {
  const bytes = writePcap(
    { linkType: 1 },
    frames.map((frame, i) => ({ ns: seenAt + BigInt(i) * 1_000_000n, bytes: frame })),
  );
  const indexer = new CaptureIndexer();
  indexer.append(bytes);
  indexer.end();
  const readAt = (position: number, target: Uint8Array): number => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  const packets = new Packets(realSystem(path.resolve(import.meta.dirname, '../..')).clock);
  packets.setCaptures([new Capture('x.pcap', indexer.index, new FrameFile({ readAt, close: () => undefined }))]);
  packets.list.advance(() => true);
  return packets;
}

const iptables = (rule: string) => `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT ${rule} -j DROP\nCOMMIT\n`;
const nft = (rule: string) =>
  `table ip t {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\t${rule} drop\n\t}\n}\n`;

function node(rules: string) {
  const link = [
    { ifindex: 2, ifname: 'eth0', flags: ['UP'], mtu: 1500, link_type: 'ether', address: '02:00:00:00:00:01' },
  ];
  const routes = [
    { dst: '10.0.0.0/24', dev: 'eth0' },
    { type: 'local', dst: '10.0.0.2', dev: 'eth0', table: 'local' },
  ];
  const files = {
    'ip-link.json': JSON.stringify(link),
    'ip-addr.json': JSON.stringify([
      { ...link[0], addr_info: [{ family: 'inet', local: '10.0.0.2', prefixlen: 24, scope: 'global' }] },
    ]),
    'ip-route.json': JSON.stringify(routes),
    'sysctl.txt': 'net.ipv4.ip_forward = 1\n',
    'rules.txt': rules,
  };
  return readSnapshot(Object.entries(files).map(([name, text]) => ({ path: name, text })));
}

const udp = (text: string) =>
  f.frame(f.ethernet(0x0800, f.ip4('10.0.0.9', '10.0.0.2', 17, f.udp(4000, 5000, f.ascii(text)))));

const ends = async (rules: string, packets: Packets) => {
  const { outcomes, sentences } = await explainFlow(node(rules), packets, 0);
  const decided = sentences.map(({ text }) => text).find((text) => text.startsWith('The captured packet'));
  return { kinds: outcomes.map(({ disposition }) => disposition.kind), decided };
};

describe('what a captured packet shows', () => {
  it.each([
    ['-p udp -m string --string GREET --algo bm', '-m string'],
    // the first four bytes of the payload of UDP
    ['-p udp -m u32 --u32 "28=0x47524545"', '-m u32'],
    ['-m time --timestart 01:00:00 --timestop 02:00:00 --weekdays Tue', '-m time'],
  ])('decides %s', async (rule, what) => {
    const yes = await ends(iptables(rule), captureOf(udp('GREETINGS')));
    expect(yes.kinds).toEqual(['dropped']);
    expect(yes.decided).toBe(
      `The captured packet (2026-11-24T01:30:00.000Z, 37 bytes) decided what ${what} of the rules say.`,
    );
    // the same packet, typed
    const spec = 'udp 10.0.0.9:4000 > 10.0.0.2:5000 in eth0 length 37';
    const typed = await explainSpec(node(iptables(rule)), spec);
    expect(typed.outcomes.length).toBe(2);
    expect(typed.sentences.map(({ text }) => text).join()).not.toContain('captured packet');
  });

  it.each([
    [iptables('-m ttl --ttl-eq 61'), '-m ttl'],
    [iptables('-m dscp --dscp 0x2e'), '-m dscp'],
    [nft('ip ttl 61'), 'ip ttl'],
    [nft('ip dscp ef'), 'ip dscp'],
    [nft('ip id 0x1234'), 'ip id'],
    [nft('@th,64,32 0x47524545'), '@th,64,32'],
  ])('its own header decides %s', async (rules, what) => {
    const frame = udp('GREETINGS');
    frame.set([0xb8], 14 + 1);
    frame.set([0x12, 0x34], 14 + 4);
    frame.set([61], 14 + 8);
    const { kinds, decided } = await ends(rules, captureOf(frame));
    expect(kinds).toEqual(['dropped']);
    expect(decided).toContain(what);
    expect((await ends(rules, captureOf(udp('FAREWELL!')))).kinds).toEqual(['delivered']);
  });

  it('decides that a pattern is not in it', async () => {
    const rule = iptables('-p udp -m string --string GREET --algo bm');
    expect((await ends(rule, captureOf(udp('FAREWELL!')))).kinds).toEqual(['delivered']);
  });

  it('decides the day of nftables, and not the hour, which nft prints in a time zone of its own', async () => {
    const packets = captureOf(udp('x'));
    expect(await ends(nft('meta day "Tuesday"'), packets)).toMatchObject({
      kinds: ['dropped'],
      decided: expect.stringContaining('meta day'),
    });
    expect((await ends(nft('meta day { "Monday", "Sunday" }'), packets)).kinds).toEqual(['delivered']);
    const hour = await ends(nft('meta hour "01:00"-"02:00"'), packets);
    expect(new Set(hour.kinds)).toEqual(new Set(['delivered', 'dropped']));
  });

  it('says nothing of bytes that the snap length cut, or of a TCP connection that began before', async () => {
    const rule = iptables('-m string --string GREET --algo bm');
    const cut = udp('GREETINGS').subarray(0, 46);
    expect((await ends(rule, captureOf(cut))).kinds).toHaveLength(2);
    const segment = f.tcp(4000, 5000, { flags: 0x18, seq: 100, ack: 1, payload: f.ascii('GREET') });
    const later = f.frame(f.ethernet(0x0800, f.ip4('10.0.0.9', '10.0.0.2', 6, segment)));
    expect((await ends(rule, captureOf(later))).kinds).toHaveLength(2);
  });
});
