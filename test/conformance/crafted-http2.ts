// HTTP/2 that Node's own client does not send: padding, priorities, frames without names, messages of gRPC cut everywhere, bodies of many
// types. Header blocks are literals without indexing, so that they can be read here.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Bytes = readonly number[];

const PREFACE = f.ascii('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const END_STREAM = 1;
const END_HEADERS = 4;

function h2(type: number, flags: number, stream: number, payload: Bytes = []): Bytes {
  return [...f.u32(payload.length).slice(1), type, flags, ...f.u32(stream), ...payload];
}

function block(fields: readonly (readonly [string, string])[]): Bytes {
  return fields.flatMap(([name, value]) => [0, name.length, ...f.ascii(name), value.length, ...f.ascii(value)]);
}

const request = (stream: number, path: string, type: string, flags = END_HEADERS): Bytes =>
  h2(
    1,
    flags,
    stream,
    block([
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      ['content-type', type],
    ]),
  );
const response = (stream: number, type: string, flags = END_HEADERS): Bytes =>
  h2(
    1,
    flags,
    stream,
    block([
      [':status', '200'],
      ['content-type', type],
    ]),
  );
const data = (stream: number, payload: Bytes, flags = 0): Bytes => h2(0, flags, stream, payload);
const start: Turn = ['>', [...PREFACE, ...h2(4, 0, 0)]];
const message = (size: number): Bytes => [0, ...f.u32(size + 2), 10, size, ...new Array<number>(size).fill(97)];
const asked = (type = 'application/grpc'): Turn => ['>', request(1, '/demo.Greeter/SayHello', type)];
const cut = (bytes: Bytes, ...places: readonly number[]): Bytes[] =>
  [0, ...places].map((from, i) => bytes.slice(from, places[i] ?? bytes.length));

function grpcTalks(): Turn[][] {
  const two = [...message(20), ...message(30)];
  const send = (...parts: readonly Bytes[]): Turn[] => parts.map((part) => ['>', data(1, part)]);
  return [
    [start, asked(), ...send(...cut(message(20), 12))],
    [start, asked(), ...send(...cut(message(20), 3))],
    [start, asked(), ...send(...cut(message(20), 3, 7, 9))],
    [start, asked(), ...send(two, two)],
    [start, asked(), ...send(...cut(two, 10))],
    [start, asked(), ...send(...cut(two, 30))],
    [start, asked(), ...send(...cut(two, 10, 40))],
    [start, asked(), ['>', [...data(1, message(20)), ...h2(8, 0, 0, f.u32(100))]]],
    [start, asked(), ['>', [...data(1, message(3)), ...data(1, message(4))]]],
    [start, asked(), ['>', cut(message(20), 12).flatMap((part) => data(1, part))]],
    [start, asked('application/grpc+json'), ...send(message(20))],
    [start, asked('application/grpc-web+proto'), ...send(message(20))],
    [start, asked(), ...send([1, ...message(20).slice(1)])],
    [start, asked(), ...send([0, ...f.u32(3), 0xff, 0xff, 0xff])],
    [
      start,
      asked(),
      ['>', data(1, message(5), END_STREAM)],
      ['<', [...response(1, 'application/grpc'), ...data(1, message(6))]],
      [
        '<',
        h2(
          1,
          5,
          1,
          block([
            ['grpc-status', '7'],
            ['grpc-message', 'not%20you'],
          ]),
        ),
      ],
    ],
  ];
}

function bodyTalks(): Turn[][] {
  const types = [
    'text/plain',
    'application/json',
    'text/html; charset=utf-8',
    'application/octet-stream',
    'text/css',
    'application/x-unknown',
    'application/x-protobuf',
    'application/javascript',
  ];
  return [
    ...types.map((type): Turn[] => [
      start,
      ['>', request(1, '/', type, 5)],
      ['<', response(1, type)],
      ['<', data(1, f.ascii('{"a":1}'), END_STREAM)],
    ]),
    [start, ['<', response(1, 'text/plain')], ['<', data(1, f.ascii('abc'))], ['<', data(1, [], END_STREAM)]],
    [start, ['<', response(1, 'text/plain')], ['<', data(1, f.ascii('abc'))], ['<', h2(1, 5, 1, block([['x', 'y']]))]],
    [start, ['<', response(1, 'application/json')], ['<', data(1, [], END_STREAM)]],
    [start, ['<', response(1, 'text/plain', 5)]],
    [start, ['<', data(3, f.ascii('abc'), END_STREAM)]],
  ];
}

function frameTalks(): Turn[][] {
  const fields = block([
    [':method', 'GET'],
    [':path', '/a'],
    [':scheme', 'https'],
    [':authority', 'x'],
  ]);
  const [one = [], two = []] = cut(fields, 20);
  return [
    [
      start,
      ['>', h2(1, 0x2d, 1, [4, 0x80, 0, 0, 3, 15, ...fields, 0, 0, 0, 0])],
      ['>', h2(2, 0, 5, [0, 0, 0, 3, 200])],
      ['<', h2(5, 0x0c, 1, [3, ...f.u32(2), ...fields, 0, 0, 0])],
      ['<', data(1, [2, ...f.ascii('body'), 0, 0], 9)],
      ['<', [...h2(10, 0, 0, f.ascii('alt')), ...h2(12, 0, 0), ...h2(16, 0, 0, [...f.u32(1), ...f.ascii('u=1')])]],
      ['<', [...h2(99, 0xff, 7, f.ascii('what')), ...h2(11, 0, 0)]],
      ['>', [...h2(3, 0, 1, f.u32(8)), ...h2(3, 0, 3, f.u32(99)), ...h2(7, 0, 0, [...f.u32(5), ...f.u32(2)])]],
      ['>', h2(4, 0, 0, [0, 2, ...f.u32(0), 0, 8, ...f.u32(1), 0, 99, ...f.u32(7)])],
    ],
    // A block in two packets, and one whose second frame comes first.
    [start, ['>', h2(1, 1, 1, one)], ['>', h2(9, 4, 1, two)], ['>', h2(9, 4, 1, fields)]],
    [
      start,
      [
        '>',
        h2(
          1,
          5,
          1,
          block([
            [':method', 'CONNECT'],
            [':authority', 'a:1'],
          ]),
        ),
      ],
      ['<', h2(1, 4, 1, block([[':status', '999']]))],
    ],
    ...['103', '302', '304', '400', '408', '413', '418', '429', '431', '502', '504', '508'].map((status): Turn[] => [
      start,
      ['<', h2(1, 5, 1, block([[':status', status]]))],
    ]),
    // Header blocks that are none, after which nothing is known.
    [start, ['>', h2(1, 5, 1, [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])], ['>', h2(1, 5, 3, [0x82, 0x84])]],
    [start, ['>', h2(1, 5, 1, [0xbe])], ['>', h2(1, 5, 3, [0x82, 0x84])]],
    [start, ['>', h2(1, 5, 1, [0x3f, 0x45, 0x82, 0x84])], ['>', h2(1, 5, 3, [0x20, 0x82, 0x84])]],
    // Frames too short for their type, padding beyond the frame.
    [start, ['>', [...h2(8, 0, 0, [1]), ...h2(3, 0, 1, [1, 2])]]],
    [start, ['>', h2(0, 8, 1, [200, 1, 2])]],
    // Cut everywhere.
    [
      ['>', PREFACE.slice(0, 10)],
      ['>', PREFACE.slice(10)],
      ['>', h2(4, 0, 0)],
    ],
    [start, ['>', h2(6, 0, 0, f.ascii('12345678')).slice(0, 4)], ['>', h2(6, 0, 0, f.ascii('12345678')).slice(4)]],
    [
      start,
      ['>', [...h2(4, 1, 0), ...h2(6, 0, 0, f.ascii('12345678')).slice(0, 12)]],
      ['>', h2(6, 0, 0, f.ascii('12345678')).slice(12)],
    ],
  ];
}

/** Every conversation on a port of its own; port 80, where tshark looks for the preface. */
export function http2Frames(): Uint8Array[] {
  return [...frameTalks(), ...bodyTalks(), ...grpcTalks()].flatMap((turns, i) => talk(40_000 + i, 80, turns));
}
