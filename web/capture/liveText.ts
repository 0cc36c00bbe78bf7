// The words of a running capture. Pure.
import type { CaptureStatus } from '../../api/live.ts';
import type { Tone } from '../ui/Chip.tsx';
import { bytesText, countText } from '../ui/quantities.ts';

/** Kernel drops of all points; `unknown` when a point's engine does not count them. */
export function dropsOf({ points }: CaptureStatus): { lost: number; unknown: boolean } {
  return {
    lost: points.reduce((sum, { kernelDrops }) => sum + (kernelDrops ?? 0), 0),
    unknown: points.some(({ kernelDrops }) => kernelDrops === null),
  };
}

function dropsText(status: CaptureStatus): string {
  const { lost, unknown } = dropsOf(status);
  if (unknown && lost === 0) return 'drops unknown';
  return `${countText(lost)}${unknown ? ' or more' : ''} dropped`;
}

/** `live · 41,208/s · 0 dropped`. */
export function pillText(status: CaptureStatus): string {
  switch (status.state) {
    case 'scheduled':
      return 'scheduled';
    case 'running':
      return `live · ${countText(Math.round(status.packetsPerSecond))}/s · ${dropsText(status)}`;
    case 'stopping':
      return `stopping · ${dropsText(status)}`;
    case 'ended':
      return `ended: ${status.reason ?? 'no reason given'} · ${dropsText(status)}`;
  }
}

export function pillTone(status: CaptureStatus): Tone {
  if (status.points.some(({ state }) => state === 'failed')) return 'bad';
  if (dropsOf(status).lost > 0) return 'warn';
  return status.state === 'running' ? 'good' : 'neutral';
}

function clock(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `4:31 · 982 MB left`: what the limits still allow. */
export function leftText({ state, startedAt, limits, bytes }: CaptureStatus, now: number): string {
  if (state !== 'running' || startedAt === null) return '';
  const seconds = Math.round(limits.seconds - (now - Date.parse(startedAt)) / 1000);
  const time = Number.isFinite(seconds) ? `${clock(Math.min(limits.seconds, Math.max(0, seconds)))} · ` : '';
  return `${time}${bytesText(Math.max(0, limits.bytes - bytes))} left`;
}
