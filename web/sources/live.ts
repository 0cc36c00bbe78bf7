// The WebSocket: the server says what changed, we refresh what is shown of it. Reconnects with growing pauses; after each
// connection everything that could have been missed is asked for again. Without one the viewer still works, only slower to notice.
import { useEffect } from 'react';
import type { LiveServerMessage } from '../../api/live.ts';
import type { CaseSummary, ServerMessage } from '../../api/schemas.ts';
import { takeStatus } from './pods.ts';
import { queryClient } from './queries.ts';

const longestPauseMs = 10_000;

/** Rows and counts follow at this pace, and never faster than the server answers. */
const rowsMs = 250;
/** What is computed from all packets follows slower while packets arrive. */
const sumsMs = 2000;
const sums = new Set<unknown>(['flows', 'joined', 'findings', 'timeline', 'explain']);

const isSum = (key: readonly unknown[]) => key[0] === 'case' && sums.has(key[2]);
const isOf = (caseId: string, key: readonly unknown[]) =>
  key[1] === caseId && (key[0] === 'case' || key[0] === 'packet' || key[0] === 'dump');

type Part = 'rows' | 'sums';
const pace: Record<Part, number> = { rows: rowsMs, sums: sumsMs };

/** A capture that arrives is merged in by time, so that rows and numbers move: nothing of the case is kept. */
async function refresh(caseId: string, part: Part): Promise<void> {
  await queryClient.invalidateQueries(
    { predicate: ({ queryKey }) => isOf(caseId, queryKey) && isSum(queryKey) === (part === 'sums') },
    { cancelRefetch: false },
  );
}

/** Running refreshes, and whether there was news since they began: the last news is never lost, and none is asked for twice. */
const running = new Map<string, { again: boolean }>();

async function keepFresh(caseId: string, part: Part): Promise<void> {
  const key = `${part} ${caseId}`;
  const known = running.get(key);
  if (known !== undefined) {
    known.again = true;
    return;
  }
  const turn = { again: true };
  running.set(key, turn);
  while (turn.again) {
    turn.again = false;
    await refresh(caseId, part);
    await new Promise((done) => window.setTimeout(done, pace[part]));
  }
  running.delete(key);
}

function news(caseId: string): void {
  void keepFresh(caseId, 'rows');
  void keepFresh(caseId, 'sums');
}

function applyCase(summary: CaseSummary): void {
  queryClient.setQueryData<CaseSummary[]>(['cases'], (list) =>
    list?.map((entry) => (entry.id === summary.id ? summary : entry)),
  );
  // Also where the totals are those of the case as fetched: rows and sums may have been asked for before them.
  news(summary.id);
}

function onMessage(text: string): void {
  const message = JSON.parse(text) as ServerMessage | LiveServerMessage;
  switch (message.type) {
    case 'library':
      void queryClient.invalidateQueries({ queryKey: ['cases'] });
      void queryClient.invalidateQueries({ queryKey: ['captures'] });
      return;
    case 'case':
      applyCase(message.case);
      return;
    case 'pods':
      void queryClient.invalidateQueries({ queryKey: ['pods'] });
      return;
    case 'capture':
      takeStatus(message.status);
      if (message.status.state === 'ended') news(message.status.caseId);
  }
}

/** A connection that was away may have missed anything. */
function catchUp(caseId: string | null): void {
  for (const key of ['cases', 'captures', 'pods']) void queryClient.invalidateQueries({ queryKey: [key] });
  if (caseId === null) return;
  void queryClient.resetQueries({ queryKey: ['capture', caseId] });
  news(caseId);
}

export function useLive(caseId: string | null): void {
  useEffect(() => {
    let socket: WebSocket | null = null;
    let timer: number | undefined;
    let pauseMs = 500;
    let ended = false;
    let before = false;
    const connect = () => {
      const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
      const next = new WebSocket(`${scheme}://${window.location.host}/ws`);
      socket = next;
      next.onopen = () => {
        pauseMs = 500;
        if (caseId !== null) next.send(JSON.stringify({ type: 'subscribe', caseId }));
        if (before) catchUp(caseId);
        before = true;
      };
      next.onmessage = (event) => {
        if (typeof event.data === 'string') onMessage(event.data);
      };
      next.onclose = () => {
        if (ended) return;
        timer = window.setTimeout(connect, pauseMs);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      };
    };
    connect();
    return () => {
      ended = true;
      window.clearTimeout(timer);
      socket?.close();
    };
  }, [caseId]);
}
