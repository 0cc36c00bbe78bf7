// HTTP messages with bodies of many media types: text, JSON, XML, forms, parts, pictures, certificates' answers; packed, in chunks, ended
// by the connection's end, and bodies that are not what their type says.
import zlib from 'node:zlib';
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Bytes = readonly number[];

const text = (value: string): Bytes => [...Buffer.from(value)];
const hex = (value: string): Bytes => [...Buffer.from(value, 'hex')];
const HTML = text('<html>\n<body>hello</body>\n</html>\n');
const XML = text('<?xml version="1.0"?>\n<!-- c --><a b="c"><d>text</d><e/></a>\n');
const GIF = hex('47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b');
const JPEG = [
  ...hex('ffd8ffe000104a46494600010101004800480000ffdb004300'),
  ...Array.from({ length: 64 }, (_, i) => i + 1),
  ...hex('ffc0000b080001000101011100ffc4001400010000000000000000000000000000000009ffda0008010100003f0054dfffd9'),
];
const PNG = [
  ...hex('89504e470d0a1a0a0000000d494844520000000100000001080200000090'),
  ...hex('7753de0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082'),
];

/** The same bytes from every zlib: stored, not compressed. */
function gzip(bytes: Bytes): Bytes {
  return [...zlib.gzipSync(Uint8Array.from(bytes), { level: 0 })];
}

/** Really compressed, by a fixed table so that no library's choice shows. */
const PACKED_HTML = hex('b3c928c9cdb1e3b249ca4fa9b4cb48cdc9c9b7d107b3b96cf4215200');

const message = (first: string, type: string | null, body: Bytes, more = ''): Bytes => [
  ...f.ascii(
    `${first}\r\n${type === null ? '' : `Content-Type: ${type}\r\n`}${more}Content-Length: ${body.length}\r\n\r\n`,
  ),
  ...body,
];
const ok = (type: string | null, body: Bytes, more = ''): Bytes => message('HTTP/1.1 200 OK', type, body, more);
const GET: Turn = ['>', f.ascii('GET /f HTTP/1.1\r\nHost: h\r\n\r\n')];

function chunked(type: string, body: Bytes, more = ''): Bytes {
  const chunks: number[] = [];
  for (let at = 0; at < body.length; at += 10) {
    const part = body.slice(at, at + 10);
    chunks.push(...f.ascii(`${part.length.toString(16)}\r\n`), ...part, 13, 10);
  }
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n${more}\r\n`;
  return [...f.ascii(head), ...chunks, ...f.ascii('0\r\n\r\n')];
}

const ANSWERS: readonly (readonly [string | null, Bytes])[] = [
  ['text/html', HTML],
  ['text/html; charset=UTF-8', HTML],
  ['TEXT/HTML', HTML],
  ['text/plain', text('no line end')],
  ['text/css', text('a{}')],
  ['application/x-javascript', text('var x=1;\n')],
  ['application/javascript', text('var x=1;\n')],
  ['text/csv', text('a,b\n1,2\n')],
  ['text/xml', XML],
  ['application/soap+xml; charset=utf-8', XML],
  ['image/svg+xml', text('<svg><a>')],
  ['application/smil', XML],
  ['application/xhtml+xml', XML],
  ['application/json', text('{"a": [1, 2.5e3, "x\\u0041\\/", null, true, false, {"b": {}}], "c": []}')],
  ['application/json; charset=utf-8', text('["only a string"]')],
  ['application/problem+json', text('{"status": 404}')],
  ['application/vnd.api+json', text('{"a":1}')],
  ['application/json', text('not json')],
  ['application/json', text('{"a":1')],
  ['application/json', text('[1] rest')],
  ['application/x-ndjson', text('{"a":1}\n{"b":2}\n')],
  ['image/png', PNG],
  ['image/gif', GIF],
  ['image/jpeg', JPEG],
  ['image/jpg', JPEG],
  ['image/png', text('no picture')],
  ['image/jpeg', GIF],
  ['image/webp', text('RIFF....WEBP')],
  ['application/octet-stream', hex('00010203')],
  ['application/octet-stream', PNG],
  ['binary/octet-stream', hex('0001')],
  ['application/zip', text('PK')],
  ['application/pdf', text('%PDF-1.4\n')],
  ['video/mp4', hex('00000018667479706d703432000000006d70343269736f6d')],
  ['application/x-www-form-urlencoded', text('a=1&b=2')],
  ['multipart/mixed; boundary=XX', text('--XX\r\nContent-Type: text/plain\r\n\r\nhi\r\n--XX--\r\n')],
  ['application/ocsp-response', hex('30030a0106')],
  ['application/pkix-cert', hex('3000')],
  ['application/sdp', text('v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n')],
  ['foo', text('bar')],
  ['*/*', text('bar')],
  [null, text('untyped')],
  [null, PNG],
  ['text/html;charset=x', []],
];

const BOUNDARY = '----form1';
const FORM = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n--${BOUNDARY}--\r\n`,
].join('');
const REQUESTS: readonly (readonly [string | null, Bytes])[] = [
  ['application/x-www-form-urlencoded', text('a=1&b=two%20words&c=+%2b&d')],
  [`multipart/form-data; boundary=${BOUNDARY}`, text(FORM)],
  ['multipart/form-data', text('abc')],
  ['application/json', text('{"q":1}')],
  ['text/xml; charset="utf-8"', XML],
  [null, text('raw')],
];

export function bodyFrames(): Uint8Array[] {
  let port = 41_000;
  const each = (turns: readonly Turn[]): Uint8Array[] => talk(++port, 80, turns);
  const answer = (bytes: Bytes): Uint8Array[] => each([GET, ['<', bytes]]);
  const whole = ok('image/jpeg', [...JPEG, ...new Array<number>(2000).fill(0)]);
  return [
    ...ANSWERS.flatMap(([type, body]) => answer(ok(type, body))),
    ...REQUESTS.flatMap(([type, body]) =>
      each([
        ['>', message('POST /x HTTP/1.1\r\nHost: h', type, body)],
        ['<', f.ascii('HTTP/1.1 204 No Content\r\n\r\n')],
      ]),
    ),
    ...answer(ok('text/html', gzip(HTML), 'Content-Encoding: gzip\r\n')),
    ...answer(ok('application/json', gzip(text('{"a":1}')), 'Content-Encoding: gzip\r\n')),
    ...answer(ok('text/html', gzip(HTML).slice(0, -12), 'Content-Encoding: gzip\r\n')),
    ...answer(ok('text/html', text('xx'), 'Content-Encoding: zstd\r\n')),
    ...answer(ok('image/png', PNG, 'Content-Encoding: identity\r\n')),
    ...answer(chunked('text/html', HTML)),
    ...answer(chunked('text/html', [...hex('1f8b0800000000000003'), ...PACKED_HTML], 'Content-Encoding: gzip\r\n')),
    ...answer(chunked('application/json', text('{"a":[1,2,3]}'))),
    ...answer(chunked('image/png', PNG)),
    ...each([GET, ['<', whole.slice(0, 1400)], ['<', whole.slice(1400)]]),
    // Without a length the body ends with the connection, here by a FIN that carries nothing.
    ...answer([...f.ascii('HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n'), ...HTML]),
    ...each([GET, GET, ['<', [...ok('text/html', HTML), ...ok('image/gif', GIF)]]]),
    ...each([GET, GET, ['<', [...ok('application/json', text('{"a":1}')), ...ok('text/xml', XML)]]]),
  ];
}
