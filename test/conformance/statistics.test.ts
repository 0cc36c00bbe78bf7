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
  ['streams.http.pcap', 'tls for the beginning of a record'],
  ['streams.tls.pcap', 'tls for the beginning of a record'],
  ['streams.grpc.pcap', 'no layer http2.body.fragments; what is put together stands last'],
  ['streams.websocket.pcap', 'no layers for payloads; messages in several frames are not put together'],
  [
    'streams.services.pcap',
    'resp once a message, not once a packet; pgsql for the answer to a wish for TLS; ssh once a message',
  ],
  ['crafted-databases.pcap', 'as streams.services.pcap'],
  ['crafted-quic.pcap', 'the hello after a Retry is read, too'],
  ['crafted-link.pcap', 'pppoe for pppoed and pppoes; no lcp, ipcp, pap, ipv6cp, chap, eap'],
  ['crafted-ppp.pcap', 'no lcp'],
  ['crafted-network.pcap', 'no udpencap; ah as a layer'],
  ['crafted-nflog.pcap', 'nflog as a layer'],
  ['crafted-services.pcap', 'no data behind tftp'],
  ['crafted-tunnels.pcap', 'no erspan of type I'],
  ['streams.grpc.pcap', 'no layer http2.body.fragments'],
  ['streams.websocket.pcap', 'no layers data-text-lines and websocket payloads'],
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
