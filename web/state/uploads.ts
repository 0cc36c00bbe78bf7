// Files on their way to the server. Lives outside React so that it survives changing screens.
import { create } from 'zustand';

export interface Upload {
  id: number;
  caseId: string;
  path: string;
  bytes: number;
  sent: number;
  state: 'waiting' | 'sending' | 'done' | 'failed';
  /** What the file was recognised as, once the server has said so. */
  recognised: string | null;
  problem: string | null;
}

interface Uploads {
  list: Upload[];
  add: (caseId: string, files: { path: string; bytes: number }[]) => Upload[];
  update: (id: number, patch: Partial<Upload>) => void;
  clear: () => void;
}

let nextId = 1;

export const useUploads = create<Uploads>()((set) => ({
  list: [],
  add: (caseId, files) => {
    const added = files.map(({ path, bytes }): Upload => {
      nextId += 1;
      return { id: nextId, caseId, path, bytes, sent: 0, state: 'waiting', recognised: null, problem: null };
    });
    set(({ list }) => ({ list: [...list, ...added] }));
    return added;
  },
  update: (id, patch) =>
    set(({ list }) => ({ list: list.map((upload) => (upload.id === id ? { ...upload, ...patch } : upload)) })),
  clear: () =>
    set(({ list }) => ({ list: list.filter((upload) => upload.state === 'waiting' || upload.state === 'sending') })),
}));

/** Sent bytes of all uploads, 0 to 1. */
export function overallProgress(list: readonly Upload[]): number {
  const bytes = list.reduce((sum, upload) => sum + Math.max(1, upload.bytes), 0);
  const sent = list.reduce(
    (sum, upload) => sum + (upload.state === 'done' ? Math.max(1, upload.bytes) : upload.sent),
    0,
  );
  return bytes === 0 ? 0 : Math.min(1, sent / bytes);
}
