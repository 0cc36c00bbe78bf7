import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { writePcap } from '../../parsers/capture/writer.ts';
import { CaptureIndexer } from '../../parsers/index/capture-index.ts';
import { ethernet, frame, ip4, tcp } from '../../test/conformance/frames.ts';
import { scriptedSystem } from '../system/scripted.ts';
import { Capture } from './capture.ts';
import { FrameFile } from './frame-file.ts';
import { fileNameOf, httpObjectAt, httpObjects } from './http-objects.ts';
import { Packets } from './packets.ts';

const encoder = new TextEncoder();

/** One connection on port 80; `said` in turns, each a segment. */
async function packetsOf(said: readonly (readonly ['client' | 'server', Uint8Array])[]): Promise<Packets> {
  const next = { client: 1001, server: 5001 };
  const segment = (from: 'client' | 'server', flags: number, payload: Uint8Array) => {
    const other = from === 'client' ? 'server' : 'client';
    const [src, dst] = from === 'client' ? (['10.0.0.1', '10.0.0.2'] as const) : (['10.0.0.2', '10.0.0.1'] as const);
    const bytes = tcp(from === 'client' ? 40_000 : 80, from === 'client' ? 80 : 40_000, {
      seq: next[from],
      ack: next[other],
      flags,
      payload: [...payload],
    });
    next[from] += payload.length;
    return frame(ethernet(0x0800, ip4(src, dst, 6, bytes)));
  };
  const frames = said.map(([from, payload]) => segment(from, 0x18, payload));
  const file = writePcap(
    { linkType: 1, nano: true },
    frames.map((bytes, i) => ({ ns: BigInt(i) * 1_000_000n, bytes })),
  );
  const indexer = new CaptureIndexer();
  indexer.append(file);
  indexer.end();
  const packets = new Packets(scriptedSystem().clock);
  const handle = {
    readAt: (position: number, target: Uint8Array) => {
      const part = file.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  };
  packets.setCaptures([new Capture('http.pcap', indexer.index, new FrameFile(handle))]);
  await packets.catchUp(Number.POSITIVE_INFINITY);
  return packets;
}

const client = (text: string) => ['client', encoder.encode(text)] as const;
const server = (text: string, body: Uint8Array = new Uint8Array(0)) =>
  ['server', Uint8Array.from([...encoder.encode(text), ...body])] as const;

test('answers get the name of what was asked for, over pipelined requests and 100 Continue', async () => {
  const packets = await packetsOf([
    client('GET /a/logo.png?v=1 HTTP/1.1\r\nHost: shop\r\n\r\nGET /b/logo.png HTTP/1.1\r\nHost: shop\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\none'),
    server('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo'),
    client('PUT /x HTTP/1.1\r\nHost: shop\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n'),
    server('HTTP/1.1 100 Continue\r\n\r\n'),
    client('body'),
    server('HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok'),
  ]);
  const { objects, total } = await httpObjects(packets, 10);
  expect(objects.map((o) => [o.name, o.method, o.uri, o.status, o.isRequest, o.bytes])).toEqual([
    ['logo.png', 'GET', '/a/logo.png?v=1', 200, false, 3],
    ['logo(1).png', 'GET', '/b/logo.png', 200, false, 3],
    ['x', 'PUT', '/x', null, true, 4],
    ['x(1)', 'PUT', '/x', 201, false, 2],
  ]);
  expect(total).toBe(4);
  expect((await httpObjects(packets, 1)).objects).toHaveLength(1);
  expect(() => httpObjectAt(packets, 1, 0)).toThrow('completes no HTTP message 0 with a body');
});

test('an interim answer is not the answer', async () => {
  const packets = await packetsOf([
    client('GET /page.html HTTP/1.1\r\nHost: shop\r\n\r\n'),
    server('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none'),
  ]);
  expect((await httpObjects(packets, 10)).objects.map((o) => [o.name, o.status])).toEqual([['page.html', 200]]);
});

test('chunks are put together and gzip is unpacked; what is damaged stays as it was sent', async () => {
  const packed = gzipSync(encoder.encode('hello '.repeat(100)));
  const half = Math.floor(packed.length / 2);
  const chunk = (bytes: Uint8Array) => [...encoder.encode(`${bytes.length.toString(16)}\r\n`), ...bytes, 13, 10];
  const chunks = Uint8Array.from([
    ...chunk(packed.subarray(0, half)),
    ...chunk(packed.subarray(half)),
    ...encoder.encode('0\r\n\r\n'),
  ]);
  const packets = await packetsOf([
    client('GET / HTTP/1.1\r\nHost: shop\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n', chunks),
    client('GET / HTTP/1.1\r\nHost: shop\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nnogzp'),
  ]);
  const { objects } = await httpObjects(packets, 10);
  expect(objects.map((o) => [o.name, o.encoding, o.bytes])).toEqual([
    ['index', 'gzip', 600],
    ['index(1)', 'gzip', 5],
  ]);
  const text = (i: number) =>
    new TextDecoder().decode(httpObjectAt(packets, objects[i]?.packet ?? 0, objects[i]?.part ?? 0));
  expect([text(0), text(1)]).toEqual(['hello '.repeat(100), 'nogzp']);
});

test('a name is safe in a folder, whatever was asked for', () => {
  expect(
    ['/../../etc/passwd', '/a/..', '/', '/x y;$(id).sh', '/.hidden', `/${'n'.repeat(300)}`].map(fileNameOf),
  ).toEqual(['passwd', 'index', 'index', 'x_y___id_.sh', '.hidden', 'n'.repeat(100)]);
});
