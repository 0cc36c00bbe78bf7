import { expect, test } from 'vitest';
import { Dissection } from '../dissection.ts';
import type { FieldNode } from '../field.ts';
import type { MediaColumns } from './media.ts';
import { readBody, readTypedBody } from './read-body.ts';

function read(type: string, text: string | Uint8Array, parameters = '', read = readBody) {
  const bytes = typeof text === 'string' ? new Uint8Array(Buffer.from(text)) : text;
  const d = new Dissection(bytes, bytes.length, null);
  const columns: MediaColumns = read(d, { type, parameters, from: 0, to: bytes.length, isPacked: false, parent: null });
  return { columns, layers: d.layers, names: d.layers.map(({ filter }) => filter) };
}

function all(nodes: readonly FieldNode[]): FieldNode[] {
  return nodes.flatMap((node) => [node, ...all(node.children)]);
}

const values = (nodes: readonly FieldNode[], filter: string) =>
  all(nodes).flatMap((node) => (node.filter === filter ? [node.value] : []));

test('JSON has its paths, and what is left of it is shown as text', () => {
  const { layers, names } = read('application/json', '{"a":[{"b":"c"}]} rest');
  expect(names).toEqual(['json', 'data-text-lines']);
  expect(values(layers, 'json.path_with_value')).toEqual(['/a/[]/b:c']);
  expect(layers[1]?.offset).toBe(17);
});

test('a body of very many values, lines, tags or parts is bounded, and says so', () => {
  const many = 100_000;
  for (const [type, text] of [
    ['application/json', `[${'1,'.repeat(many)}1]`],
    ['text/plain', 'x\n'.repeat(many)],
    ['text/xml', '<a>'.repeat(many)],
    ['application/x-www-form-urlencoded', 'a=1&'.repeat(many)],
    ['multipart/mixed', '--x\r\n\r\na\r\n'.repeat(many)],
  ] as const) {
    const { layers } = read(type, text, ' boundary=x');
    expect(all(layers).length, type).toBeLessThan(10_000);
    expect(
      all(layers).some(({ label }) => / more .* are in the bytes/.test(label)),
      type,
    ).toBe(true);
  }
});

test('nesting without an end is no deeper than it may be', () => {
  expect(read('application/json', '['.repeat(200_000)).names).toEqual(['json', 'data-text-lines']);
  expect(all(read('text/xml', '<a>'.repeat(1000)).layers).length).toBeGreaterThan(900);
});

test('parts inside parts are read to some depth', () => {
  let body = 'text';
  for (let i = 0; i < 10; i++)
    body = `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i - 1}\r\n\r\n${body}\r\n--b${i}--\r\n`;
  const { names, layers } = read('multipart/mixed', body, 'boundary="b9"');
  expect(names).toEqual(['mime_multipart']);
  expect(all(layers).some(({ filter }) => filter === 'data')).toBe(true);
});

test('a picture is known by its bytes where the type is no help', () => {
  const gif = new Uint8Array(Buffer.from('GIF89a\u0001\0\u0002\0\0\0\0        ;'));
  expect(read('', gif).columns.text).toBe(' (GIF89a)');
  expect(read('image/x-odd', gif).names).toEqual(['image-gif']);
  expect(read('image/x-odd', gif, '', readTypedBody).names).toEqual([]);
  expect(read('text/html', gif).names).toEqual(['data-text-lines']);
});

test('an answer of OCSP says what became of the certificate', () => {
  // SEQUENCE { ENUMERATED 0, [0] { SEQUENCE { OID, OCTET STRING { basic } } } }
  const der = (tag: number, ...parts: (number | Uint8Array)[]) => {
    const inside = Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
    return Uint8Array.from([tag, inside.length, ...inside]);
  };
  const time = (text: string) => der(0x18, new Uint8Array(Buffer.from(text)));
  const certId = der(0x30, der(0x30, der(6, 1)), der(4, 1), der(4, 2), der(2, 0x12, 0x34));
  const single = der(0x30, certId, der(0xa1, time('20260102030405Z')), time('20260101000000Z'));
  const tbs = der(0x30, der(0xa2, der(4, 9)), time('20260101000000Z'), der(0x30, single));
  const basic = der(0x30, tbs);
  const response = der(0x30, der(0x0a, 0), der(0xa0, der(0x30, der(6, 1), der(4, basic))));
  const { layers, columns } = read('application/ocsp-response', response);
  expect(columns.instead).toEqual({ protocol: 'OCSP', info: 'Response' });
  expect(values(layers, 'ocsp.certStatus')).toEqual(['1']);
  expect(values(layers, 'ocsp.serialNumber')).toEqual(['1234']);
  expect(values(layers, 'ocsp.thisUpdate')).toEqual(['2026-01-01 00:00:00 (UTC)']);
});
