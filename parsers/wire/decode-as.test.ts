// "Decode as" in tshark's words: what is accepted, what it changes in rows, trees, filters and streams, and what it cannot make anything of.
import { describe, expect, it } from 'vitest';
import * as f from '../../test/conformance/frames.ts';
import { talk } from '../../test/conformance/talk.ts';
import { writePcap } from '../capture/writer.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import { CaptureIndexer, describePacket } from '../index/capture-index.ts';
import { type DecodeAsRule, decodeAsProtocols, parseDecodeAs } from './decode-as.ts';

function rulesOf(...texts: readonly string[]): DecodeAsRule[] {
  return texts.map((text) => {
    const parsed = parseDecodeAs(text);
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.rule;
  });
}

function open(frames: readonly Uint8Array[], decodeAs: readonly DecodeAsRule[]) {
  const indexer = new CaptureIndexer({ decodeAs });
  indexer.append(
    writePcap(
      { linkType: 1 },
      frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes })),
    ),
  );
  indexer.end();
  const { index } = indexer;
  const frame = (row: number): Uint8Array => frames[row] ?? new Uint8Array(0);
  index.readFramesWith(frame);
  const protocols = frames.map((_, row) => describePacket(index, row, frame(row)).protocol);
  const matching = (text: string): number[] => {
    const filter = compileFilter(text);
    if (!filter.ok) throw new Error(text);
    return frames.flatMap((_, row) => (filter.test(index, row, () => frame(row)) ? [row] : []));
  };
  return { protocols, matching };
}

describe('the rules', () => {
  it('are read as tshark reads them', () => {
    expect(rulesOf('tcp.port==8888,http', 'udp.port==5300-5310,dns', 'tcp.port==9000:3,ssl')).toEqual([
      { transport: 'tcp', from: 8888, to: 8888, protocol: 'http' },
      { transport: 'udp', from: 5300, to: 5310, protocol: 'dns' },
      { transport: 'tcp', from: 9000, to: 9002, protocol: 'tls' },
    ]);
  });

  it.each([
    ['tcp.port=8888', 'is not of the form'],
    ['ip.proto==6,http', 'is not of the form'],
    ['tcp.port==0,http', 'no range of ports'],
    ['tcp.port==9-8,http', 'no range of ports'],
    ['tcp.port==1:70000,http', 'no range of ports'],
    ['tcp.port==80,arp', 'not decoded over TCP; one of: '],
    ['udp.port==80,http', 'not decoded over UDP; one of: '],
  ])('refuse %s with a remedy', (text, part) => {
    const parsed = parseDecodeAs(text);
    expect(parsed.ok ? '' : parsed.message).toContain(part);
  });

  it('name protocols over ports only', () => {
    expect(decodeAsProtocols('tcp')).toEqual(expect.arrayContaining(['http', 'http2', 'kafka', 'tls', 'websocket']));
    expect(decodeAsProtocols('udp')).toEqual(expect.arrayContaining(['dns', 'quic']));
    expect([...decodeAsProtocols('tcp'), ...decodeAsProtocols('udp')]).not.toContain('arp');
  });
});

describe('what they change', () => {
  const command = f.ascii('*1\r\n$4\r\nPING\r\n');

  it('is the protocol of rows and filters, also of messages that are put together', () => {
    const frames = talk(40_000, 7000, [
      ['>', command.slice(0, 5)],
      ['>', command.slice(5)],
    ]);
    expect(open(frames, []).protocols[4]).toBe('TCP');
    const { protocols, matching } = open(frames, rulesOf('tcp.port==7000,redis'));
    expect(protocols[4]).toBe('RESP');
    expect(matching('resp')).toEqual([3, 4]);
    expect(open(frames, rulesOf('tcp.port==7000,redis', 'tcp.port==7000,kafka')).protocols[4]).toBe('TCP');
  });

  it('takes HTTP/2 without its preface', () => {
    const headers = [0, 0, 2, 1, 5, 0, 0, 0, 1, 0x82, 0x84];
    const frames = talk(40_000, 7000, [['>', headers]]);
    expect(open(frames, []).protocols[3]).toBe('TCP');
    expect(open(frames, rulesOf('tcp.port==7000,http2')).protocols[3]).toBe('HTTP2');
  });

  it('works over UDP, and leaves other ports alone', () => {
    // A notification: only a port tells that it is DNS.
    const query = f.dnsMessage(1, 0x2000, [1, 0, 0, 0], [...f.dnsName('a.b'), 0, 1, 0, 1]);
    const to = (port: number): Uint8Array =>
      f.frame(f.ethernet(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 17, f.udp(40_000, port, query))));
    const { protocols, matching } = open([to(5300), to(5301), to(53)], rulesOf('udp.port==5300,dns'));
    expect(protocols).toEqual(['DNS', 'UDP', 'DNS']);
    expect(matching('dns.qry.name == "a.b"')).toEqual([0, 2]);
  });

  it('is not believed against the bytes', () => {
    const frames = talk(40_000, 7000, [['>', f.ascii('no request line at all')]]);
    expect(open(frames, rulesOf('tcp.port==7000,http')).protocols[3]).toBe('TCP');
  });
});
