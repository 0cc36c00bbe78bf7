// The WebSocket: the server says which case changed, we refresh what is shown of it. Reconnects with growing pauses; without
// a connection the viewer still works, only slower to notice.
import { useEffect } from 'react';
import type { CaseSummary, ServerMessage } from '../../api/schemas.ts';
import { queryClient } from './queries.ts';

const longestPauseMs = 10_000;

/** A capture that arrives is merged in by time, so that rows and numbers move: nothing of the case is kept. */
function refresh(caseId: string): void {
  for (const part of ['case', 'packet', 'dump']) {
    void queryClient.invalidateQueries({ queryKey: [part, caseId] }, { cancelRefetch: false });
  }
}

/** The server pushes up to ten times a second; what is shown is fetched again at most twice a second. */
const refreshMs = 500;
const waiting = new Map<string, number>();

function refreshSoon(caseId: string): void {
  if (waiting.has(caseId)) return;
  const timer = window.setTimeout(() => {
    waiting.delete(caseId);
    refresh(caseId);
  }, refreshMs);
  waiting.set(caseId, timer);
}

function applyCase(summary: CaseSummary): void {
  queryClient.setQueryData<CaseSummary[]>(['cases'], (list) =>
    list?.map((entry) => (entry.id === summary.id ? summary : entry)),
  );
  refreshSoon(summary.id);
}

function onMessage(text: string): void {
  const message = JSON.parse(text) as ServerMessage;
  if (message.type === 'library') void queryClient.invalidateQueries({ queryKey: ['cases'] });
  else applyCase(message.case);
}

export function useLive(caseId: string | null): void {
  useEffect(() => {
    let socket: WebSocket | null = null;
    let timer: number | undefined;
    let pauseMs = 500;
    let ended = false;
    const connect = () => {
      const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
      const next = new WebSocket(`${scheme}://${window.location.host}/ws`);
      socket = next;
      next.onopen = () => {
        pauseMs = 500;
        if (caseId !== null) next.send(JSON.stringify({ type: 'subscribe', caseId }));
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
