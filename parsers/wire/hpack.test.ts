// HPACK against the examples of RFC 7541 (appendix C), and against blocks that are cut, damaged or made to hurt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderDecoder } from './hpack.ts';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const read = (decoder: HeaderDecoder, hex: string, isLast = true) => {
  const bytes = bytesOf(hex);
  return decoder.read(bytes, 0, bytes.length, isLast);
};
const pairs = (decoder: HeaderDecoder, hex: string): string[] =>
  read(decoder, hex).fields.map(({ name, value }) => `${name}: ${value}`);

/** Appendix C.6: three responses, coded, through a table of 256 bytes that has to forget. */
const RESPONSES = [
  '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
  '4883640effc1c0bf',
  '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
];
const REQUESTS = [
  '828684418cf1e3c2e5f23a6ba0ab90f4ff',
  '828684be5886a8eb10649cbf',
  '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
];

describe('HPACK', () => {
  it('reads the requests of appendix C.4', () => {
    const decoder = new HeaderDecoder();
    const start = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
    expect(pairs(decoder, REQUESTS[0] ?? '')).toEqual(start);
    expect(pairs(decoder, REQUESTS[1] ?? '')).toEqual([...start, 'cache-control: no-cache']);
    expect(pairs(decoder, REQUESTS[2] ?? '')).toEqual([
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ]);
  });

  it('forgets entries as appendix C.6 does', () => {
    const decoder = new HeaderDecoder();
    expect(read(decoder, '3fe101', true).tableSizes).toEqual([256]);
    expect(pairs(decoder, RESPONSES[0] ?? '')).toEqual([
      ':status: 302',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ]);
    expect(pairs(decoder, RESPONSES[1] ?? '')).toEqual([
      ':status: 307',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ]);
    expect(pairs(decoder, RESPONSES[2] ?? '')).toEqual([
      ':status: 200',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:22 GMT',
      'location: https://www.example.com',
      'content-encoding: gzip',
      'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ]);
    // Five entries were pushed out on the way: only three are left, and nobody knows the fourth.
    expect(pairs(decoder, 'bebfc0')).toHaveLength(3);
    expect(read(decoder, 'c182')).toMatchObject({
      fields: [{ name: '<unknown>', value: '' }, { name: ':method' }],
      problem: expect.stringContaining('before the capture'),
    });
  });

  it('goes on in the next fragment, wherever the block is cut', () => {
    const whole = REQUESTS.map((hex) => pairs(new HeaderDecoder(), hex));
    const bytes = bytesOf(REQUESTS[0] ?? '');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoder = new HeaderDecoder();
      const one = decoder.read(bytes, 0, cut, false);
      const other = decoder.read(bytes, cut, bytes.length, true);
      expect([one.problem, other.problem]).toEqual([null, null]);
      expect([...one.fields, ...other.fields].map(({ name, value }) => `${name}: ${value}`)).toEqual(whole[0]);
      for (const { from, to } of other.fields) expect(from >= 0 && to <= bytes.length - cut && from < to).toBe(true);
    }
  });

  it('stays silent after a block that it cannot read', () => {
    const decoder = new HeaderDecoder();
    expect(read(decoder, '8241').problem).toContain('cannot be read');
    expect(read(decoder, '82')).toMatchObject({ fields: [], problem: expect.stringContaining('later blocks') });
  });

  it('refuses an index of nobody, padding that is not ones, and a table beyond bounds', () => {
    for (const hex of ['80', 'ff8000', '40017881f0', '400178820fff', '3fffffff7f'])
      expect(read(new HeaderDecoder(), hex).problem, hex).not.toBeNull();
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.boolean()), { maxLength: 6 }), (blocks) => {
        const decoder = new HeaderDecoder();
        for (const [bytes, isLast] of blocks)
          for (const field of decoder.read(bytes, 0, bytes.length, isLast).fields)
            expect(field.to).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a block of a million references, and a string that comes byte by byte, in linear time', () => {
    const decoder = new HeaderDecoder();
    const began = performance.now();
    const long = new Uint8Array(4000).fill(0x61);
    decoder.read(Uint8Array.of(0x40, 1, 0x78, 0x7f, 0xa1, 0x1e, ...long), 0, 4006, true);
    const many = new Uint8Array(1_000_000).fill(0xbe);
    const block = decoder.read(many, 0, many.length, true);
    expect(block.fields.length).toBeLessThanOrEqual(200);
    expect(block.problem).toContain('More than');
    decoder.read(Uint8Array.of(0x40, 1, 0x78, 0x7f, 0x81, 0xff, 3), 0, 7, false);
    for (let i = 0; i < 60_000; i++) decoder.read(many, 0, 1, false);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
