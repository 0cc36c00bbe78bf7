// What holds for every protocol: the hot and the cold decoder agree on any bytes, and every prefix of a frame is survived and named.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../capture/reader.ts';
import { ipText, ipv4 } from '../core/address.ts';
import { indexFrame } from './decode.ts';
import { dissectFrame } from './dissect.ts';
import { FrameFacts, HAS_ARP, HAS_ICMP, HAS_INNER, HAS_IPV4, HAS_IPV6, HAS_ISSUE, HAS_TCP, HAS_UDP } from './facts.ts';
import type { FieldNode } from './field.ts';
import { MEDIA } from './media/registry.gen.ts';
import { PROTOCOLS } from './registry.gen.ts';
import { protocolNumbered } from './tables.ts';

interface Sample {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly linkType: number;
}

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const samples: Sample[] = [];
for (const name of fs.readdirSync(dir).filter((n) => /\.pcap(ng)?$/.test(n))) {
  const reader = new CaptureReader();
  // A Buffer's slice() shares memory; a Uint8Array's does not.
  reader.append(new Uint8Array(fs.readFileSync(path.join(dir, name))));
  const { record } = reader;
  while (reader.read()) {
    samples.push({
      bytes: record.bytes.slice(record.start, record.start + record.caplen),
      length: record.length,
      linkType: record.linkType,
    });
  }
}
const linkTypes = [...new Set(PROTOCOLS.flatMap((p) => p.attach.linkTypes ?? []))];

/** The innermost value: a tunnel's inner header counts, what an ICMP error quotes does not. */
function lastValue(layers: readonly FieldNode[], filter: string): string | null {
  const quote = layers.findIndex((layer) => layer.filter === 'icmp' || layer.filter === 'icmpv6');
  const stack = [...layers].slice(0, quote < 0 ? layers.length : quote + 1);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.filter === filter) return node.value;
    stack.push(...node.children);
  }
  return null;
}

/** Protocols of which the hot decoder reads the fixed part alone. */
const COLD_ONLY: ReadonlySet<string> = new Set(
  'rpc dtls mbtcp tpkt ldp ripng coap ocsp rtp rtcp rsync nbss nbdgm smb smb2 kerberos ldap cldap ftp ftp-data smtp pop imap telnet irc rtsp memcache sip mqtt cdp dtp vtp loop slow pim eigrp hsrp rip bfd radius stun db-lsp-disc bgp snmp isakmp udpencap l2tp dns dhcp dhcpv6 nbns syslog ssdp tftp http tls data link tcp icmpv6 igmp vrrp esp ospf wg ntp sctp stp lldp pppoe ppp eapol http2 websocket quic resp pgsql mysql ssh kafka amqp mongo wlan.mgt radiotap'.split(
    ' ',
  ),
);

/** Layers that the protocol around them reads. */
const WITHIN: ReadonlySet<string> = new Set([
  ...[
    'data',
    'media',
    'imf',
    'http2.body.fragments',
    '_ws.malformed',
    'rtpevent',
    'modbus',
    'cotp',
    'rdp',
    's7comm',
    'sdp',
    'smil',
  ],
  ...MEDIA.map(({ filter }) => filter),
]);

/** Throws when the two decoders disagree about a frame. */
function agree(bytes: Uint8Array, length: number, linkType: number): void {
  const facts = new FrameFacts();
  // Not at offset 0, so that a decoder that forgets the start is found out.
  const shifted = new Uint8Array(bytes.length + 7).fill(0xee);
  shifted.set(bytes, 7);
  indexFrame(facts, new DataView(shifted.buffer), 7, bytes.length, length, linkType);
  const d = dissectFrame(bytes, length, linkType, null);
  const has = (bit: number): boolean => (facts.layers & bit) !== 0;
  const layers = d.layers.map((layer) => layer.filter);
  const value = (filter: string): string | null => lastValue(d.layers, filter);
  if (has(HAS_IPV4)) {
    expect([value('ip.src'), value('ip.dst')]).toEqual([ipText(ipv4(facts.srcD)), ipText(ipv4(facts.dstD))]);
    if (!layers.includes('ah')) expect(value('ip.proto')).toBe(String(facts.ipProtocol));
  } else if (!has(HAS_IPV6)) expect(value('ip.src')).toBeNull();
  if (has(HAS_IPV6)) {
    const src = ipText({ family: 6, a: facts.srcA, b: facts.srcB, c: facts.srcC, d: facts.srcD });
    const dst = ipText({ family: 6, a: facts.dstA, b: facts.dstB, c: facts.dstC, d: facts.dstD });
    expect([value('ipv6.src'), value('ipv6.dst')]).toEqual([src, dst]);
  }
  if (has(HAS_TCP)) {
    const wanted = [facts.sport, facts.dport, facts.seq, facts.ack, facts.tcpFlags, facts.window, facts.payloadLength];
    const cold = [
      'tcp.srcport',
      'tcp.dstport',
      'tcp.seq_raw',
      'tcp.ack_raw',
      'tcp.flags',
      'tcp.window_size_value',
      'tcp.len',
    ];
    expect(cold.map((name) => Number(value(name)))).toEqual(wanted);
    const shift = value('tcp.options.wscale.shift');
    if ((facts.tcpFlags & 2) !== 0) expect(facts.windowScale).toBe(shift === null ? -1 : Math.min(14, Number(shift)));
  }
  if (has(HAS_UDP))
    expect([Number(value('udp.srcport')), Number(value('udp.dstport'))]).toEqual([facts.sport, facts.dport]);
  expect(has(HAS_ARP)).toBe(layers.includes('arp'));
  if (!has(HAS_INNER)) {
    expect([has(HAS_TCP), has(HAS_UDP)]).toEqual([value('tcp.flags') !== null, value('udp.checksum') !== null]);
    expect(has(HAS_ICMP)).toBe(layers.includes('icmp') || layers.includes('icmpv6'));
    // The last layer that the cold side found is the protocol of the column, unless it fell back to data.
    const known = d.layers.filter((layer) => !WITHIN.has(layer.filter ?? ''));
    const last = known[known.length - 1]?.filter ?? null;
    const hot = protocolNumbered(facts.protocol)?.filter ?? null;
    // The carrier of SMB reads it.
    const smb = layers.includes('nbdgm') ? { smb: 'nbdgm', smb2: 'nbdgm' } : { smb: 'nbss', smb2: 'nbss' };
    const alias: Readonly<Record<string, string>> = {
      mdns: 'dns',
      llmnr: 'dns',
      ieee8021ad: 'vlan',
      lacp: 'slow',
      pppoed: 'pppoe',
      pppoes: 'pppoe',
      ...smb,
    };
    const name = last === null ? null : (alias[last] ?? last);
    expect(hot).toBe(name);
    // The columns say "look closer" whenever the tree of the headers has something wrong.
    const header = d.issues.some((issue) => !COLD_ONLY.has(issue.protocol));
    if (header) expect(has(HAS_ISSUE)).toBe(true);
  }
}

const sample = fc
  .nat(samples.length - 1)
  .map((i) => samples[i] ?? { bytes: new Uint8Array(0), length: 0, linkType: 1 });

describe('hot and cold decoders', () => {
  it('agree on every frame of the fixtures', () => {
    expect(samples.length).toBeGreaterThan(500);
    for (const { bytes, length, linkType } of samples) agree(bytes, length, linkType);
  });

  it('agree on any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...linkTypes),
        fc.nat(100),
        (bytes, linkType, more) => agree(bytes, bytes.length + more, linkType),
      ),
      { numRuns: 2000 },
    );
  });

  it('agree on damaged frames', () => {
    const hits = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sample, hits, fc.nat(200), ({ bytes, length, linkType }, damage, cut) => {
        const broken = bytes.slice(0, cut % 5 === 0 ? cut : bytes.length);
        for (const [at, byte] of damage) if (at < broken.length) broken[at] = byte;
        agree(broken, length, linkType);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('every prefix of every frame', () => {
  it('is read without a throw, and says what was cut', () => {
    const seen = new Set<string>();
    for (const { bytes, length, linkType } of samples) {
      const key = `${linkType} ${bytes.length} ${bytes.slice(12, 40).join()}`;
      if (seen.has(key) || seen.size > 400) continue;
      seen.add(key);
      for (let size = 0; size < bytes.length; size++) {
        const prefix = bytes.subarray(0, size);
        agree(prefix, length, linkType);
        const d = dissectFrame(prefix, length, linkType, null);
        // Cut exactly between two headers of a payload, nothing is missing that anybody asked for.
        if (d.at < d.wireEnd && d.at >= d.end && size < d.wireEnd && d.issues.length === 0) continue;
        // What is not this protocol at all is not missed either.
        if (d.issues.some((issue) => issue.kind === 'malformed')) continue;
        if (size < d.wireEnd)
          expect(
            d.issues.map((issue) => issue.kind),
            `${d.columns.info} cut to ${size}`,
          ).toContain('truncated');
      }
    }
    expect(seen.size).toBeGreaterThan(50);
  });
});

describe('the holder of the hot decoders', () => {
  it('is born with every field, so that its shape never changes', () => {
    const facts = new FrameFacts();
    const before = Object.keys(facts);
    for (const { bytes, length, linkType } of samples.slice(0, 200)) {
      indexFrame(
        facts,
        new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        0,
        bytes.length,
        length,
        linkType,
      );
    }
    expect(Object.keys(facts)).toEqual(before);
  });

  it('starts every frame from the same values', () => {
    const used = new FrameFacts();
    for (const { bytes, length, linkType } of samples)
      indexFrame(
        used,
        new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        0,
        bytes.length,
        length,
        linkType,
      );
    const view = new DataView(new ArrayBuffer(4));
    used.reset(view, 0, 4, 4);
    const fresh = new FrameFacts();
    fresh.reset(view, 0, 4, 4);
    expect({ ...used }).toEqual({ ...fresh });
  });
});
