// Limits as a person types them: `5 min`, `1 GB`, `10 M`. What cannot be read is null, and the field says so.
import { bytesText, countText } from '../ui/quantities.ts';

const timeUnits: Record<string, number> = { '': 1, s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const countUnits: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const byteUnits: Record<string, number> = {
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
  '': 1,
};

function amount(text: string, units: Record<string, number>): number | null {
  const [, digits, unit] = /^\s*(\d[\d,]*(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = units[(unit ?? '').toLowerCase()];
  if (digits === undefined || factor === undefined) return null;
  return Math.round(Number(digits.replaceAll(',', '')) * factor);
}

export interface Amount {
  read: (text: string) => number | null;
  write: (value: number) => string;
  least: number;
  most: number;
  example: string;
}

export const durations: Amount = {
  read: (text) => amount(text, timeUnits),
  write: (seconds) => {
    if (seconds % 3600 === 0) return `${seconds / 3600} h`;
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  },
  least: 1,
  most: 86_400,
  example: '90 s, 5 min, 2 h; at most 24 h',
};

export const sizes: Amount = {
  read: (text) => amount(text, byteUnits),
  write: (bytes) => bytesText(bytes).replace('.0 ', ' '),
  least: 1_000_000,
  most: 100_000_000_000,
  example: '500 MB, 2 GB; 1 MB to 100 GB',
};

export const counts: Amount = {
  read: (text) => amount(text, countUnits),
  write: (count) => (count >= 1e6 && count % 1e5 === 0 ? `${count / 1e6} M` : countText(count)),
  least: 1,
  most: 1_000_000_000,
  example: '5,000, 200 k, 10 M',
};

export function readWithin({ read, least, most }: Amount, text: string): number | null {
  const value = read(text);
  return value !== null && value >= least && value <= most ? value : null;
}
