// The hook on the address bar. `go` adds a history entry; `replace` does not (moving through packets, dump lines).
import { useMemo } from 'react';
import { useSearch } from 'wouter';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { type Address, type CaseAddress, formatAddress, type PodsAddress, parseAddress } from './address.ts';

export function go(address: Address): void {
  if (formatAddress(address) !== window.location.pathname + window.location.search) navigate(formatAddress(address));
}

export function replace(address: Address): void {
  navigate(formatAddress(address), { replace: true });
}

export function currentAddress(): Address {
  return parseAddress(window.location.pathname, window.location.search);
}

export function useAddress(): Address {
  const pathname = usePathname();
  const search = useSearch();
  return useMemo(() => parseAddress(pathname, search), [pathname, search]);
}

/** Changes the case's address from where it is now, not from where the caller was rendered. */
export function patchCase(patch: Partial<Omit<CaseAddress, 'screen'>>, how: 'push' | 'replace' = 'push'): void {
  const now = currentAddress();
  if (now.screen !== 'case') return;
  (how === 'push' ? go : replace)({ ...now, ...patch });
}

export function patchPods(patch: Partial<Omit<PodsAddress, 'screen'>>, how: 'push' | 'replace' = 'push'): void {
  const now = currentAddress();
  if (now.screen !== 'pods') return;
  (how === 'push' ? go : replace)({ ...now, ...patch });
}
