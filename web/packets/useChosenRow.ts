// The chosen row of the list and the packet number in the address, kept equal. Holding a key moves through rows faster than
// a browser lets the address change, so the address follows when the row has settled.
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../sources/client.ts';
import type { CaseAddress } from '../state/address.ts';
import { patchCase } from '../state/useAddress.ts';
import { findRow } from './findRow.ts';
import { rowAt } from './PacketList.tsx';

const settleMs = 130;

async function numberOf(caseId: string, filter: string, row: number): Promise<number | null> {
  const cached = rowAt(caseId, filter, row);
  if (cached !== null) return cached.no;
  const page = await api.packets(caseId, filter, row, 1);
  return page.rows[0]?.no ?? null;
}

export function useChosenRow(
  { caseId, filter, packet }: CaseAddress,
  matched: number | null,
  show: (row: number) => void,
) {
  const [row, setRow] = useState<number | null>(null);
  const timer = useRef<number | undefined>(undefined);
  /** The packet number that the row stands for; a different one in the address came from outside. */
  const known = useRef<number | null>(null);

  const choose = useCallback(
    (next: number) => {
      setRow(next);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(async () => {
        const no = await numberOf(caseId, filter, next).catch(() => null);
        if (no === null) return;
        known.current = no;
        patchCase({ packet: no }, 'replace');
      }, settleMs);
    },
    [caseId, filter],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new filter gives the packet another row, or none
  useEffect(() => {
    known.current = null;
    setRow(null);
    return () => window.clearTimeout(timer.current);
  }, [filter]);

  const ready = matched !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list growing does not move the packet
  useEffect(() => {
    if (packet === null || !ready || packet === known.current) return;
    let stale = false;
    const found =
      filter === '' ? Promise.resolve(packet - 1) : findRow(packet, matched ?? 0, (at) => numberOf(caseId, filter, at));
    void found
      .catch(() => null)
      .then((at) => {
        if (stale || at === null || at >= (matched ?? 0)) return;
        known.current = packet;
        setRow(at);
        show(at);
      });
    return () => {
      stale = true;
    };
  }, [packet, filter, caseId, ready, show]);

  return { row, choose };
}
