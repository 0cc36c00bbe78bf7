import { describe, expect, it } from 'vitest';
import { type CaptureStatus, captureLimits } from '../../api/live.ts';
import { leftText, pillText, pillTone } from './liveText.ts';

const point = {
  id: 'lo',
  label: 'lo',
  filter: '',
  state: 'running',
  packets: 1,
  bytes: 1,
  kernelDrops: 0,
  error: null,
} as const;
const status: CaptureStatus = {
  caseId: 'x',
  state: 'running',
  startedAt: '2026-11-24T00:00:00.000Z',
  endedAt: null,
  reason: null,
  packets: 1,
  bytes: 18_000_000,
  packetsPerSecond: 41_208.4,
  points: [point],
  limits: captureLimits.parse({}),
};

describe('a capture in the top bar', () => {
  it('always says what the kernel dropped', () => {
    expect(pillText(status)).toBe('live · 41,208/s · 0 dropped');
    expect(pillText({ ...status, points: [point, { ...point, kernelDrops: 12 }] })).toBe(
      'live · 41,208/s · 12 dropped',
    );
    expect(pillText({ ...status, points: [{ ...point, kernelDrops: null }] })).toBe('live · 41,208/s · drops unknown');
    expect(pillText({ ...status, state: 'ended', reason: 'time limit' })).toBe('ended: time limit · 0 dropped');
    expect(pillTone(status)).toBe('good');
    expect(pillTone({ ...status, points: [{ ...point, kernelDrops: 1 }] })).toBe('warn');
    expect(pillTone({ ...status, points: [{ ...point, state: 'failed' }] })).toBe('bad');
  });

  it('counts down what the limits allow', () => {
    const begin = Date.parse('2026-11-24T00:00:00.000Z');
    expect(leftText(status, begin + 29_000)).toBe('4:31 · 982 MB left');
    expect(leftText(status, begin + 999_000)).toBe('0:00 · 982 MB left');
    expect(leftText({ ...status, state: 'ended' }, begin)).toBe('');
  });
});
