// What tshark cannot be asked about 802.11: aggregates (of which we read the first part) and later fragments (which we do not read).
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../test/conformance/oracle.ts';
import { dissectFrame } from './dissect.ts';

const address = (last: number): number[] => [2, 0, 0, 0, 0, last];
const header = (kind: number, sequence: number): number[] => [
  ...[kind, 2, 0, 0, ...address(1), ...address(2), ...address(3)],
  ...[sequence & 255, sequence >> 8],
];
const ARP = [0, 1, 8, 0, 6, 4, 0, 1, ...address(3), 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2];
const LLC = [0xaa, 0xaa, 3, 0, 0, 0, 8, 6, ...ARP];
const dissect = (bytes: readonly number[]) => dissectFrame(Uint8Array.from(bytes), bytes.length, 105, null);

describe('802.11', () => {
  it('reads the first part of an aggregate', () => {
    const part = [...address(1), ...address(3), 0, LLC.length, ...LLC];
    const d = dissect([...header(0x88, 0x10), 0x80, 0, ...part, ...part]);
    expect(d.layers.map((layer) => layer.filter)).toEqual(['wlan', 'llc', 'arp']);
    expect(d.columns.info).toBe('Who has 10.0.0.2? Tell 10.0.0.1');
    expect(valuesOf(d.layers).get('wlan_aggregate.a_mdsu.length')).toEqual([String(LLC.length)]);
  });

  it('takes a later fragment for no LLC header', () => {
    const d = dissect([...header(0x08, 0x11), ...LLC]);
    expect(d.layers.map((layer) => layer.filter)).toEqual(['wlan', 'data']);
    expect(d.columns).toMatchObject({ protocol: '802.11', info: 'Fragmented IEEE 802.11 frame' });
    expect(dissect([...header(0x08, 0x10), ...LLC]).columns.protocol).toBe('ARP');
  });
});
