// Controllers and remote desktops made by hand: Modbus/TCP of every usual function, S7 and RDP over ISO's transport, CoAP.
import * as f from './frames.ts';
import { type Turn, talk } from './talk.ts';

type Way = '>' | '<';
const hex = (text: string): number[] => (text.match(/[0-9a-f]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16));
const modbus = (way: Way, transaction: number, pdu: string): Turn => {
  const bytes = hex(pdu);
  return [way, [...f.u16(transaction), 0, 0, ...f.u16(bytes.length + 1), 1, ...bytes]];
};
/** Queries with their answers. */
const FUNCTIONS: readonly (readonly [query: string, answer: string])[] = [
  ['01 0000 0008', '01 01 cd'],
  ['02 0000 0008', '02 01 ac'],
  ['03 0000 0002', '03 04 0001 0002'],
  ['04 0000 0001', '04 02 000a'],
  ['05 0001 ff00', '05 0001 ff00'],
  ['06 0001 0003', '06 0001 0003'],
  ['0f 0000 000a 02 cd01', '0f 0000 000a'],
  ['10 0001 0002 04 000a 0102', '10 0001 0002'],
  ['07', '07 6d'],
  ['0b', '0b ffff 0108'],
  ['0c', '0c 08 0000 0108 0121 20 00'],
  ['11', '11 02 11 ff'],
  ['16 0004 00f2 0025', '16 0004 00f2 0025'],
  ['17 0003 0006 000e 0003 06 00ff 00ff 00ff', '17 04 00fe 0acd'],
  ['18 04de', '18 0006 0002 01b8 1284'],
  ['2b 0e 01 00', '2b 0e 01 01 00 00 01 00 03 616263'],
  ['03 0064 0001', '83 02'],
];
const MODBUS = [
  ...FUNCTIONS.flatMap(([query, answer], i) => [modbus('>', i, query), modbus('<', i, answer)]),
  ['>', [...modbus('>', 90, '01 0000 0008')[1], ...modbus('>', 91, '03 0000 0002')[1]]] as const,
];
const tpkt = (way: Way, text: string, more: readonly number[] = []): Turn => {
  const bytes = [...hex(text), ...more];
  return [way, [3, 0, ...f.u16(bytes.length + 4), ...bytes]];
};
const S7 = [
  tpkt('>', '11e00000000100c1020100c2020102c0010a'),
  tpkt('<', '11d00001000200c0010ac1020100c2020102'),
  tpkt('>', '02f080 32010000ccc100080000f0000001000101e0'),
  tpkt('<', '02f080 32030000ccc1000800000000f0000001000100f0'),
  tpkt('>', '02f080 320100000100000e00000401120a10020001000083000000'),
  tpkt('>', '02f000 010203'),
  tpkt('>', '06800001000200'),
];
const COOKIE = f.ascii('Cookie: mstshash=bob\r\n');
const RDP: readonly Turn[] = [
  tpkt('>', '24e00000000000', [...COOKIE, 1, 0, 8, 0, 1, 0, 0, 0]),
  tpkt('<', '0ed00000123400 0201080001000000'),
  ['>', [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, ...Array<number>(32).fill(7), 0, 0, 2, 0, 47, 1, 0]],
  ['<', [22, 3, 3, 0, 4, 14, 0, 0, 0]],
];
const PLAIN_RDP = [tpkt('>', '1ce00000000000', COOKIE), tpkt('<', '06d00000123400')];
const coap = (back: boolean, text: string): Uint8Array => {
  const [src, dst] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
  const [sport, dport] = back ? [5683, 50_000] : [50_000, 5683];
  return f.frame(f.ethernet(0x0800, f.ip4(src, dst, 17, f.udp(sport, dport, hex(text))), back));
};

export function industryFrames(): Uint8Array[] {
  return [
    ...talk(42_000, 502, MODBUS),
    ...talk(42_001, 102, S7),
    ...talk(42_002, 3389, RDP),
    ...talk(42_003, 3389, PLAIN_RDP),
    coap(false, '42 01 a71d 0102 b474696d65 43 613d31'),
    coap(true, '62 45 a71d 0102 ff 6869'),
    coap(false, '40 03 0001'),
    coap(true, '60 80 0001 ff 6869'),
    coap(true, '70 00 0002'),
  ];
}
