// Following a capture that runs: the list grows only when the new rows are there, so that none flashes by empty.
import { useEffect, useState } from 'react';
import { useCaptureStatus } from '../sources/pods.ts';
import { loadTail } from '../sources/queries.ts';

export interface Following {
  /** Packets arrive; there is something to follow. */
  running: boolean;
  on: boolean;
  set: (on: boolean) => void;
  /** Rows to show. */
  rowCount: number | null;
}

export function useFollowed(caseId: string, filter: string, matched: number | null, packet: number | null): Following {
  const state = useCaptureStatus(caseId)?.state;
  const running = state === 'running' || state === 'stopping';
  // A link to one packet wants that packet, not the newest.
  const [on, setOn] = useState(packet === null);
  const following = running && on;
  const [loaded, setLoaded] = useState<{ filter: string; rows: number } | null>(null);
  useEffect(() => {
    if (!following || matched === null) return;
    void loadTail(caseId, filter, matched)
      .catch(() => undefined)
      .then(() => setLoaded((now) => (now?.filter === filter && now.rows > matched ? now : { filter, rows: matched })));
  }, [caseId, filter, matched, following]);
  const held = following && matched !== null && loaded?.filter === filter ? Math.min(loaded.rows, matched) : matched;
  return { running, on: following, set: setOn, rowCount: held };
}
