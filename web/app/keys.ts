// The keys, once: bound in useKeys, listed by the `?` dialog. Single keys, because browsers own the Ctrl combinations.
import { useEffect } from 'react';
import { tinykeys } from 'tinykeys';
import type { Tab } from '../state/address.ts';
import { useOverlays } from '../state/overlays.ts';
import { currentAddress, patchCase } from '../state/useAddress.ts';

export const keyList: { keys: string[]; does: string; group: string }[] = [
  { group: 'Everywhere', keys: ['Ctrl K'], does: 'Command palette' },
  { group: 'Everywhere', keys: ['?'], does: 'These keys' },
  { group: 'Everywhere', keys: ['1', '…', '6'], does: 'Packets to Files' },
  { group: 'Everywhere', keys: ['Alt ←', 'Alt →'], does: 'Back and forward' },
  { group: 'Lists', keys: ['j', '↓'], does: 'Next row' },
  { group: 'Lists', keys: ['k', '↑'], does: 'Row before' },
  { group: 'Lists', keys: ['PgUp', 'PgDn'], does: 'A page' },
  { group: 'Lists', keys: ['g', 'Home'], does: 'First row' },
  { group: 'Lists', keys: ['G', 'End'], does: 'Last row' },
  { group: 'Pods', keys: ['Space'], does: 'Pick the pod, or not' },
  { group: 'Pods', keys: ['Enter'], does: 'Pick this pod alone' },
  { group: 'Pods', keys: ['→', '←'], does: 'How it was found' },
  { group: 'Packets', keys: ['/'], does: 'Go to the filter' },
  { group: 'Packets', keys: ['Enter'], does: 'Apply the filter' },
  { group: 'Packets', keys: ['Tab'], does: 'Take what the filter offers' },
  { group: 'Packets', keys: ['Ctrl Space'], does: 'What may stand here' },
  { group: 'Packets', keys: ['Esc'], does: 'Back to the list' },
  { group: 'Packets', keys: ['p'], does: 'Path of the selected packet' },
];

function typing(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useKeys(): void {
  const show = useOverlays((state) => state.show);
  useEffect(() => {
    const plain = (run: () => void) => (event: KeyboardEvent) => {
      if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || useOverlays.getState().open !== null)
        return;
      event.preventDefault();
      run();
    };
    const tab = (name: Tab) => plain(() => currentAddress().screen === 'case' && patchCase({ tab: name }));
    const palette = (event: KeyboardEvent) => {
      event.preventDefault();
      show(useOverlays.getState().open === 'palette' ? null : 'palette');
    };
    return tinykeys(window, {
      '$mod+k': palette,
      '(\\?)': plain(() => show('keys')),
      'Shift+?': plain(() => show('keys')),
      '/': plain(() => document.getElementById('filter')?.focus()),
      1: tab('packets'),
      2: tab('flows'),
      3: tab('path'),
      4: tab('findings'),
      5: tab('statistics'),
      6: tab('files'),
    });
  }, [show]);
}
