// 802.11 frames of every kind, behind radiotap (link type 127), the older monitor headers and bare (105).
// Surprise: all of 802.11 and radiotap is little-endian; what LLC carries is not.
import * as f from './frames.ts';

const AP = [2, 0, 0, 0, 0, 0xa];
const STATION = [2, 0, 0, 0, 0, 0xb];
const HOST = [2, 0, 0, 0, 0, 0xc];
const FAR = [2, 0, 0, 0, 0, 0xd];
const ALL = [255, 255, 255, 255, 255, 255];
const GROUP = [0x33, 0x33, 0, 0, 0, 1];

const TO_DS = 1;
const FROM_DS = 2;
const MORE_FRAGMENTS = 4;
const RETRY = 8;
const POWER = 0x10;
const MORE_DATA = 0x20;
const PROTECTED = 0x40;
const ORDER = 0x80;

const le16 = (n: number): number[] => [n & 255, (n >> 8) & 255];
const le32 = (n: number): number[] => [...le16(n & 0xffff), ...le16(n >>> 16)];

/** A radiotap header with these fields after the words of presence. */
const radiotap = (present: readonly number[], fields: readonly number[]): number[] => {
  const words = present.flatMap(le32);
  return [0, 0, ...le16(4 + words.length + fields.length), ...words, ...fields];
};
const PLAIN = radiotap([0], []);
/** Flags (with the frame check sequence at the frame's end), rate, channel, signal, antenna. */
const WITH_FCS = radiotap([0x0000_082e], [0x10, 12, ...le16(2412), ...le16(0xa0), 0xd0, 1]);
/** Time, flags (padded header), in a second word antenna; the words are followed by the padding the time needs. */
const PADDED = radiotap([0x8000_0003, 0x0000_0800], [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x20, 1]);

const FCS = [0xde, 0xad, 0xbe, 0xef];

/** Type and subtype as Wireshark numbers them: type in the high nibble. */
const control = (kind: number, flags: number): number[] => [((kind >> 4) << 2) | ((kind & 15) << 4), flags, 0x2c, 0];
const header = (
  kind: number,
  flags: number,
  one: number[],
  two: number[],
  three: number[],
  seq = 0x123,
  fragment = 0,
) => [...control(kind, flags), ...one, ...two, ...three, ...le16((seq << 4) | fragment)];

const snap = (type: number, payload: readonly number[]): number[] => [
  0xaa,
  0xaa,
  3,
  0,
  0,
  0,
  ...f.u16(type),
  ...payload,
];
const element = (id: number, body: readonly number[]): number[] => [id, body.length, ...body];
const ssid = (name: string): number[] => element(0, [...f.ascii(name)]);
const RATES = element(1, [0x82, 0x84, 0x8b, 0x96]);
const CHANNEL = element(3, [6]);
const UP = snap(0x0800, f.ip4('10.0.0.1', '10.0.0.2', 6, f.tcp(40_000, 9000, { seq: 1, flags: 2 })));

const ARP = [0, 1, 8, 0, 6, 4, 0, 1, ...HOST, ...f.address('10.0.0.1'), 0, 0, 0, 0, 0, 0, ...f.address('10.0.0.2')];

const management = (kind: number, body: readonly number[], flags = 0, to = ALL): number[] => [
  ...header(kind, flags, to, AP, AP),
  ...body,
];

function managementFrames(): number[][] {
  const beacon = [...le32(1), ...le32(0), ...le16(100), ...le16(0x0411)];
  return [
    management(8, [...beacon, ...ssid('net'), ...RATES, ...CHANNEL]),
    management(8, [...beacon, ...ssid(''), ...RATES]),
    management(8, [...beacon, ...element(0, [0, 0, 0]), ...RATES]),
    management(8, [...beacon, ...RATES]),
    management(8, [...beacon, ...element(0, [0x63, 0x61, 0x66, 0xc3, 0xa9]), ...RATES]),
    management(5, [...beacon, ...ssid('net "x"'), ...RATES], RETRY, STATION),
    management(4, [...ssid('net'), ...RATES]),
    management(4, [...ssid(''), ...RATES]),
    management(0, [...le16(0x411), ...le16(10), ...ssid('net'), ...RATES], 0, AP),
    management(1, [...le16(0x411), ...le16(0), ...le16(0xc001), ...RATES], 0, STATION),
    management(2, [...le16(0x411), ...le16(10), ...AP, ...ssid('net'), ...RATES], 0, AP),
    management(3, [...le16(0x411), ...le16(0), ...le16(0xc001), ...RATES], 0, STATION),
    management(9, []),
    management(10, le16(8), 0, STATION),
    management(11, [...le16(0), ...le16(1), ...le16(0)], 0, AP),
    management(12, le16(7), 0, STATION),
    management(12, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], PROTECTED, STATION),
    management(13, [3, 1, 1, 0, 0, 0, 0, 0, 0], 0, STATION),
  ];
}

function controlFrames(): number[][] {
  return [
    [...control(0x1b, 0), ...STATION, ...AP],
    [...control(0x1c, 0), ...STATION],
    [...control(0x1d, 0), ...STATION],
    [...control(0x1d, 0), ...ALL],
    [0xa4, POWER, 0x01, 0xc0, ...AP, ...STATION],
    [...control(0x1a, POWER), ...AP, ...STATION],
    [...control(0x1e, 0), ...ALL, ...AP],
    [...control(0x1f, 0), ...ALL, ...AP],
    [...control(0x18, 0), ...STATION, ...AP, ...le16(4), ...le16(0x1230)],
    [...control(0x19, 0), ...STATION, ...AP, ...le16(4), ...le16(0x1230), 255, 255, 0, 0, 0, 0, 0, 0],
  ];
}

function dataFrames(): number[][] {
  const udp6 = snap(0x86dd, f.ip6('fd00::1', 'fd00::2', 17, f.udp(1000, 2000, [1, 2])));
  return [
    [...header(0x20, TO_DS, AP, STATION, HOST), ...UP],
    [...header(0x20, FROM_DS, STATION, AP, HOST), ...UP],
    [...header(0x20, 0, STATION, HOST, AP), ...UP],
    [...header(0x20, TO_DS | FROM_DS, AP, STATION, HOST), ...FAR, ...UP],
    [...header(0x28, TO_DS | RETRY, AP, STATION, HOST), 5, 0, ...UP],
    [...header(0x28, TO_DS | FROM_DS, AP, STATION, HOST), ...FAR, 0, 0, ...UP],
    [...header(0x28, FROM_DS | MORE_DATA, GROUP, AP, HOST), 0, 0, ...udp6],
    [...header(0x28, FROM_DS | ORDER, STATION, AP, HOST), 0, 0, 1, 2, 3, 4, ...UP],
    [...header(0x28, TO_DS | PROTECTED, AP, STATION, HOST), 0, 0, 1, 0, 0, 0x20, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9],
    [...header(0x20, TO_DS | PROTECTED, AP, STATION, HOST), 1, 2, 3, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9],
    header(0x24, TO_DS | POWER, AP, STATION, AP),
    header(0x24, FROM_DS, STATION, AP, AP),
    [...header(0x2c, TO_DS, AP, STATION, AP), 0, 0],
    header(0x25, TO_DS, AP, STATION, AP),
    [...header(0x20, FROM_DS, ALL, AP, HOST), ...snap(0x0806, ARP)],
    [...header(0x20, FROM_DS, STATION, AP, AP), ...snap(0x888e, [2, 1, 0, 0])],
    [...header(0x20, FROM_DS, ALL, AP, HOST), 0x42, 0x42, 3, ...f.u16(0), 0, 0x80, 0, 0, 0],
  ];
}

/** Frames with the number of the interface that they are of: 0 radiotap, 1 bare, 2 Prism, 3 AVS. */
export function wlanFrames(): { readonly bytes: Uint8Array; readonly interfaceId: number; readonly length: number }[] {
  const all = [...managementFrames(), ...controlFrames(), ...dataFrames()];
  const on = (interfaceId: number, ...parts: readonly (readonly number[])[]) => {
    const bytes = f.frame(...parts);
    return { bytes, interfaceId, length: bytes.length };
  };
  const cut = (by: number, ...parts: readonly (readonly number[])[]) => {
    const { length, ...whole } = on(0, ...parts);
    return { ...whole, length, bytes: whole.bytes.slice(0, length - by) };
  };
  const data = [...header(0x28, TO_DS, AP, STATION, HOST), 0, 0];
  const prism = [...le32(0x44), ...le32(144), ...f.ascii('wlan0'), ...new Array<number>(131).fill(0)];
  const avs = [...f.u32(0x8021_1001), ...f.u32(64), ...new Array<number>(56).fill(0)];
  return [
    ...all.map((bytes) => on(0, PLAIN, bytes)),
    ...all.slice(0, 30).map((bytes) => on(0, WITH_FCS, bytes, FCS)),
    on(0, PADDED, data, [0, 0], UP),
    on(0, PADDED, header(0x20, TO_DS, AP, STATION, HOST), UP),
    on(0, PLAIN, header(0x20, TO_DS | MORE_FRAGMENTS, AP, STATION, HOST, 0x200, 0), UP.slice(0, 32)),
    on(0, PLAIN, management(13, [3, 2, 0, 0, 1, 0])),
    on(0, PLAIN, management(8, [...le32(1), ...le32(0), ...le16(200), 1, 0, ...element(0, [0xff, 0x41])])),
    on(0, PLAIN, header(0x2a, TO_DS, AP, STATION, HOST), [0, 0], UP),
    ...all.map((bytes) => on(1, bytes)),
    cut(4, WITH_FCS, data, UP, FCS),
    cut(2, WITH_FCS, data, UP, FCS),
    cut(10, WITH_FCS, data, UP, FCS),
    cut(4, WITH_FCS, control(0x1d, 0), STATION, FCS),
    on(2, prism, data, UP),
    on(2, avs, data, UP),
    on(3, avs, data, UP),
    on(3, avs, control(0x1d, 0), STATION),
  ];
}

/** Link types of the interfaces. */
export const WLAN_LINKS = [127, 105, 119, 163];
