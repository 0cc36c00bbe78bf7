// The WebSocket: the server says which case changed, we refresh what is shown of it. Reconnects with growing pauses; without
// a connection the viewer still works, only slower to notice.
import type { Query } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CaseSummary, PacketRows, ServerMessage } from '../../api/schemas.ts';
import { pageRows, queryClient } from './queries.ts';

const longestPauseMs = 10_000;

function refresh(caseId: string): void {
  const changes = (query: Query) => {
    const [, , part] = query.queryKey;
    if (part !== 'packets') return true;
    // Full pages never change; the last one, and totals, do.
    const page = query.state.data as PacketRows | undefined;
    return page === undefined || page.rows.length < pageRows || page.offset + pageRows >= page.matched;
  };
  void queryClient.invalidateQueries({ queryKey: ['case', caseId], predicate: changes }, { cancelRefetch: false });
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
