import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIp } from '../core/address.ts';
import { PcapngBuilder } from './pcapng-builder.ts';
import { CaptureReader } from './reader.ts';
import { pcapngHeader, pcapngPacket } from './writer.ts';

test('packets are written as the plain writer writes them, whatever the time and the length', () => {
  const packet = fc.record({
    seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
    bytes: fc.uint8Array({ maxLength: 40 }),
    more: fc.nat(2000),
    interfaceId: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
      const builder = new PcapngBuilder(64);
      for (const p of packets) {
        const lent = new Uint8Array([9, 9, ...p.bytes, 9]);
        builder.packet(p.interfaceId, p.seconds, p.nanos, lent, 2, p.bytes.length, p.bytes.length + p.more);
      }
      const expected = packets.flatMap((p) => [
        ...pcapngPacket({
          ns: BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanos),
          bytes: p.bytes,
          length: p.bytes.length + p.more,
          interfaceId: p.interfaceId,
        }),
      ]);
      expect([...builder.take()]).toEqual(expected);
      expect(builder.length).toBe(0);
    }),
  );
});

test('section, interfaces, names and statistics read back', () => {
  const builder = new PcapngBuilder();
  builder.section({ application: 'vethscope 0.1.0', comments: ['two points'] });
  builder.interface({ linkType: 1, name: 'eth0', description: 'pod client (in default/client)', filter: 'port 80' });
  builder.interface({ linkType: 276, name: 'any' });
  const ip = parseIp('10.0.0.1');
  const ip6 = parseIp('fd00::1');
  if (ip === null || ip6 === null) throw new Error('addresses');
  builder.names([
    { ip, name: 'client.default' },
    { ip: ip6, name: 'client.default' },
  ]);
  builder.packet(1, 1_700_000_000, 5, Uint8Array.of(1, 2, 3), 0, 3, 60);
  builder.statistics({ interfaceId: 1, startMs: null, endMs: 1_700_000_000_000, received: 1, dropped: 7 });
  const reader = new CaptureReader();
  reader.append(builder.take());
  expect(reader.read()).toBe(true);
  const { seconds, nanos, caplen, length, interfaceId, linkType } = reader.record;
  expect({ seconds, nanos, caplen, length, interfaceId, linkType }).toEqual({
    seconds: 1_700_000_000,
    nanos: 5,
    caplen: 3,
    length: 60,
    interfaceId: 1,
    linkType: 276,
  });
  expect(reader.read()).toBe(false);
  reader.end();
  expect(reader.issues).toEqual([]);
  expect(reader.interfaces.map((i) => [i.description, i.filter, i.dropped])).toEqual([
    ['pod client (in default/client)', 'port 80', null],
    [null, null, 7],
  ]);
});

test('an option never claims more than its length can say', () => {
  const header = pcapngHeader([{ linkType: 1, name: 'x'.repeat(70_000) }]);
  const reader = new CaptureReader();
  reader.append(header);
  reader.end();
  expect(reader.interfaces[0]?.name).toHaveLength(65_535);
});
