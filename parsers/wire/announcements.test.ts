import { describe, expect, it } from 'vitest';
import { ipv4 } from '../core/address.ts';
import { Announcements, type End } from './announcements.ts';
import { protocolNumbered } from './tables.ts';

const end = (address: number, port: number): End => ({ transport: 17, ip: ipv4(address), port });

describe('announced conversations', () => {
  it('hold for later rows, either way, and of the transport that was named', () => {
    const all = new Announcements();
    all.row = 5;
    all.announce('rtp', end(1, 4000), 'first');
    expect(all.mayKnow(4000, 9)).toBe(true);
    expect(all.mayKnow(4001, 9)).toBe(false);
    expect(all.of(end(1, 4000), end(2, 9), 5)).toBeNull();
    const found = all.of(end(2, 9), end(1, 4000), 6);
    expect([protocolNumbered(found?.protocol ?? 0)?.filter, found?.note]).toEqual(['rtp', 'first']);
    expect(all.of(end(2, 4000), end(2, 9), 6)).toBeNull();
    expect(all.of({ ...end(1, 4000), transport: 6 }, end(2, 9), 6)).toBeNull();
  });

  it('give way to later ones of the same end; of two ends the older one says what is spoken', () => {
    const all = new Announcements();
    all.row = 1;
    all.announce('rtp', end(1, 4000), 'offer');
    all.row = 3;
    all.announce('rtp', end(2, 5000), 'answer');
    all.row = 7;
    all.announce('rtp', end(1, 4000), 'again');
    expect(all.of(end(1, 4000), end(2, 5000), 4)?.note).toBe('offer');
    expect(all.of(end(1, 4000), end(3, 1), 8)?.note).toBe('again');
  });

  it('may ask for the port of the other end', () => {
    const all = new Announcements();
    all.announce('ftp-data', end(1, 4000), null, 20);
    expect(all.of(end(1, 4000), end(2, 21), 1)).toBeNull();
    expect(all.of(end(1, 4000), end(2, 20), 1)).not.toBeNull();
  });
});
