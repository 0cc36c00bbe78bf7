// Conversations, endpoints, protocol hierarchy, packet lengths, I/O and expert items against tshark's, on every capture.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tsharkVersion } from './oracle.ts';
import { askOurselves, askTshark, QUESTIONS } from './statistics-oracle.ts';

const dir = path.resolve(import.meta.dirname, '../../fixtures/captures');
const usable = tsharkVersion()?.startsWith('TShark (Wireshark) 4.0.') ?? false;

interface Recording {
  readonly tshark: string;
  readonly captures: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const recording: Recording = JSON.parse(fs.readFileSync(path.join(dir, 'statistics.json'), 'utf8'));

/** Captures whose protocol hierarchy differs because a tree of ours has other layers, and how. Everything else in them is equal. */
const OTHER_LAYERS: ReadonlyMap<string, string> = new Map([
  ['streams.grpc.pcap', 'data for what HTTP’s port carries before HTTP/2 is known'],
  ['streams.websocket.pcap', 'no layers for a message in several frames'],
  ['streams.services.pcap', 'pgsql for the answer to a wish for TLS'],
  ['crafted-databases.pcap', 'pgsql as in streams.services.pcap; amqp for an unknown version'],
  ['crafted-network.pcap', 'no layers for what SCTP carries'],
  ['crafted-tunnels.pcap', 'data for what is left of a frame'],
  ['crafted-lines.pcap', 'no layers of what FTP’s transfers belong to'],
  ['crafted-mail.pcap', 'a mail within a mail is a layer; messages of one segment'],
  ['crafted-windows.pcap', 'no data behind smb2 and smb'],
  ['crafted-wlan.pcapng', 'no wlan_radio and wlan.mgt'],
  ['crafted-quic.pcap', 'the hello after a Retry is read, too'],
  ['crafted-link.pcap', 'no lcp, ipcp, pap, ipv6cp, chap, eap'],
  ['crafted-ppp.pcap', 'no lcp'],
  ['crafted-tunnels-cut.pcap', 'a layer for an IP header that is not whole'],
]);

const captures = Object.keys(recording.captures);

describe('recorded statistics', () => {
  it('cover many captures, and every question', () => {
    expect(captures.length).toBeGreaterThan(24);
    for (const answers of Object.values(recording.captures)) expect(Object.keys(answers)).toEqual(QUESTIONS);
  });

  it.each(captures)('%s', (name) => {
    const bytes = new Uint8Array(fs.readFileSync(path.join(dir, name)));
    const asked = QUESTIONS.filter((question) => !question.startsWith('io,phs') || !OTHER_LAYERS.has(name));
    expect(asked.length).toBeGreaterThan(QUESTIONS.length - 3);
    for (const question of asked) {
      // D-SACK is the one item of TCP's that we do not look for.
      const wanted = recording.captures[name]?.[question]?.filter((line) => !line.endsWith('D-SACK Sequence'));
      expect(askOurselves(bytes, question), `-z ${question}`).toEqual(wanted);
    }
  });
});

describe('statistics of the tshark that is installed', () => {
  it.skipIf(!usable).each(captures)('%s', (name) => {
    for (const question of ['conv,tcp', 'io,phs', 'expert'])
      expect(askTshark(path.join(dir, name), question)).toEqual(recording.captures[name]?.[question]);
  });
});
