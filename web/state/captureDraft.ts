// What a person has set up for the next capture. Lives outside React so that it survives a look at another screen.
import { create } from 'zustand';
import type { CaptureRequest } from '../../api/live.ts';

export interface CaptureDraft {
  filter: string;
  snaplen: number;
  seconds: number;
  bytes: number;
  packets: number;
  keepFreeBytes: number;
  ringFiles: number | null;
  stopFilter: string;
  stopSeconds: number;
  /** As the browser's date and time field has it, `2026-11-24T14:00`; empty: at once. */
  startAt: string;
  engine: CaptureRequest['engine'];
  snapshots: boolean;
  /** Points turned against their default, and the pods they belong to: other pods begin with their own defaults. */
  turned: { pods: string; points: readonly string[] };
}

interface Store {
  draft: CaptureDraft;
  patch: (patch: Partial<CaptureDraft>) => void;
  turn: (pods: readonly string[], point: string) => void;
}

export const wholePacket = 262_144;

const podsKey = (pods: readonly string[]) => pods.join(' ');

export const firstDraft: CaptureDraft = {
  filter: '',
  snaplen: wholePacket,
  seconds: 300,
  bytes: 1_000_000_000,
  packets: 10_000_000,
  keepFreeBytes: 1_073_741_824,
  ringFiles: null,
  stopFilter: '',
  stopSeconds: 5,
  startAt: '',
  engine: 'tcpdump',
  snapshots: true,
  turned: { pods: '', points: [] },
};

export const turnedPoints = ({ turned }: CaptureDraft, pods: readonly string[]): readonly string[] =>
  turned.pods === podsKey(pods) ? turned.points : [];

export const useCaptureDraft = create<Store>()((set) => ({
  draft: firstDraft,
  patch: (patch) => set(({ draft }) => ({ draft: { ...draft, ...patch } })),
  turn: (pods, point) =>
    set(({ draft }) => {
      const before = turnedPoints(draft, pods);
      const points = before.includes(point) ? before.filter((id) => id !== point) : [...before, point];
      return { draft: { ...draft, turned: { pods: podsKey(pods), points } } };
    }),
}));
