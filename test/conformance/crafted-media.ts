// HTTP bodies of the media types that Wireshark reads, whole and damaged, and tunnels of CONNECT; made by hand.
import { gzipSync } from 'node:zlib';
import { type Turn, talk } from './talk.ts';

const XML = '<?xml version="1.0"?><a><b c="1">x</b></a>';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const JPEG =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=';
const raw = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');
const BODIES: readonly (readonly [type: string, body: string])[] = [
  ['text/html; charset=utf-8', '<html></html>'],
  ['text/plain', 'hi\n'],
  ['Text/CSS', 'a{}'],
  ['application/xml; charset=x', XML],
  ['image/svg+xml', XML],
  ['application/foo+xml', XML],
  ['application/xhtml+xml', XML],
  ['text/xml', 'not xml'],
  ['image/png', raw(PNG)],
  ['image/png', raw(PNG).slice(0, 60)],
  ['image/png', 'not a picture, not a picture'],
  ['image/gif', raw(GIF)],
  ['image/gif', 'GIF8'],
  ['image/jpeg', raw(JPEG)],
  ['image/webp', 'RIFF'],
  ['application/octet-stream', 'abcd'],
  ['application/json', '{"a":1}'],
  ['application/vnd.api+json', '{"a":1}'],
  ['video/mp4', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
  ['video/mp4', 'nope'],
  ['', 'abc'],
  [
    'multipart/byteranges; boundary=B',
    '--B\r\nContent-Type: text/plain\r\n\r\nab\r\n--B\r\nContent-Type: image/png\r\n\r\nx\r\n--B--\r\n',
  ],
  ['multipart/mixed', 'abc'],
];
const FORM =
  '--X\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: text/plain\r\n\r\nv\r\n--X\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--X--\r\n';
const turn = (way: '>' | '<', text: string): Turn => [
  way,
  Array.from(text, (character) => character.charCodeAt(0) & 255),
];
const head = (first: string, headers: readonly string[], body: string): string =>
  `${first}\r\n${[...headers, `Content-Length: ${body.length}`].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
const ask = turn('>', 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
const answer = (headers: readonly string[], body: string): Turn => turn('<', head('HTTP/1.1 200 OK', headers, body));
const chunked = (type: string, parts: readonly string[]): Turn =>
  turn(
    '<',
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n${[...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}`,
  );

const TYPES: readonly Turn[] = [
  ...BODIES.flatMap(([type, body]) => [ask, answer(type === '' ? [] : [`Content-Type: ${type}`], body)]),
  ...[
    ask,
    answer(['Content-Type: text/html', 'Content-Encoding: gzip'], gzipSync('<p>', { level: 0 }).toString('latin1')),
  ],
  ...[ask, chunked('image/gif', [raw(GIF).slice(0, 4), raw(GIF).slice(4)]), ask, chunked('text/plain', ['abc'])],
  turn('>', head('POST /f HTTP/1.1', ['Content-Type: multipart/form-data; boundary=X'], FORM)),
  turn('<', 'HTTP/1.1 204 No Content\r\n\r\n'),
  turn('>', head('POST /f HTTP/1.1', ['Content-Type: application/x-www-form-urlencoded'], 'a=1&b=2')),
  turn('<', 'HTTP/1.1 204 No Content\r\n\r\n'),
  turn('>', head('BPROPFIND /f HTTP/1.1', ['Content-Type: text/xml'], XML)),
  turn('<', 'HTTP/1.1 207 Multi-Status\r\nContent-Length: 0\r\n\r\n'),
  turn('>', 'GET /a?x=\xc3\xa9\x01 HTTP/1.1\r\n\r\n'),
];
const tunnel = (to: string, turns: readonly Turn[]): Turn[] => [
  turn('>', `CONNECT ${to} HTTP/1.1\r\n\r\n`),
  turn('<', 'HTTP/1.1 200 Connection established\r\n\r\n'),
  ...turns,
];

export function mediaFrames(): Uint8Array[] {
  const hello = [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, ...Array<number>(32).fill(7), 0, 0, 2, 0, 47, 1, 0];
  return [
    ...talk(41_000, 80, TYPES),
    ...talk(
      41_001,
      8080,
      tunnel('www.x:443', [
        ['>', hello],
        ['<', [22, 3, 3, 0, 4, 14, 0, 0, 0]],
      ]),
    ),
    ...talk(41_002, 3128, tunnel('www.x:80', [ask, answer([], '')])),
  ];
}
