// The tab of the browser says which case and which view, for people with many of them open.
import { useEffect } from 'react';
import { useCases } from '../sources/queries.ts';
import type { Address } from '../state/address.ts';
import { tabNames } from './tabNames.ts';

export function useTitle(address: Address): void {
  const cases = useCases().data;
  useEffect(() => {
    if (address.screen === 'library') document.title = 'vethscope';
    else if (address.screen === 'pods') document.title = 'Pods · vethscope';
    else {
      const name = cases?.find(({ id }) => id === address.caseId)?.name ?? address.caseId;
      document.title = `${name} · ${tabNames[address.tab]} · vethscope`;
    }
  }, [address, cases]);
}
