// What the command palette offers, from where the person is. Pure: the palette runs what is chosen.
import type { CaseSummary } from '../../api/schemas.ts';
import { type Address, caseAddress, podsAddress, tabs } from '../state/address.ts';
import type { IconName } from '../ui/Icon.tsx';
import { plural } from '../ui/quantities.ts';
import { tabNames } from './tabNames.ts';

export type CommandAction =
  | { kind: 'open'; address: Address }
  | { kind: 'theme'; theme: 'dark' | 'light' | 'system' }
  | { kind: 'keys' }
  | { kind: 'filter' }
  | { kind: 'upload' };

export interface Command {
  id: string;
  icon: IconName;
  title: string;
  hint: string;
  action: CommandAction;
}

export function commandsFor(address: Address, cases: readonly CaseSummary[]): Command[] {
  const list: Command[] = [];
  if (address.screen === 'case') {
    for (const tab of tabs) {
      list.push({
        id: `tab-${tab}`,
        icon: tab,
        title: `Go to ${tabNames[tab]}`,
        hint: '',
        action: { kind: 'open', address: { ...address, tab } },
      });
    }
    list.push({ id: 'filter', icon: 'search', title: 'Filter packets', hint: '/', action: { kind: 'filter' } });
    const fresh = caseAddress(address.caseId, 'path');
    list.push({
      id: 'what-if',
      icon: 'path',
      title: 'Explain a packet that I type',
      hint: '',
      action: { kind: 'open', address: fresh },
    });
  }
  list.push({ id: 'upload', icon: 'upload', title: 'Open captures and dumps …', hint: '', action: { kind: 'upload' } });
  list.push({
    id: 'pods',
    icon: 'pods',
    title: 'Pods and live capture',
    hint: '',
    action: { kind: 'open', address: podsAddress() },
  });
  list.push({
    id: 'library',
    icon: 'library',
    title: 'All captures',
    hint: '',
    action: { kind: 'open', address: { screen: 'library' } },
  });
  for (const entry of cases) {
    list.push({
      id: `case-${entry.id}`,
      icon: 'library',
      title: `Open ${entry.name}`,
      hint: entry.sample ? 'sample' : plural(entry.packets, 'packet'),
      action: { kind: 'open', address: caseAddress(entry.id, 'packets') },
    });
  }
  for (const theme of ['dark', 'light', 'system'] as const) {
    const icon = ({ dark: 'moon', light: 'sun', system: 'display' } as const)[theme];
    list.push({ id: `theme-${theme}`, icon, title: `Theme: ${theme}`, hint: '', action: { kind: 'theme', theme } });
  }
  list.push({ id: 'keys', icon: 'keys', title: 'Show keys', hint: '?', action: { kind: 'keys' } });
  return list;
}

/** Every word typed is somewhere in the title or hint; titles that begin with the text come first. */
export function matchingCommands(commands: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = commands.filter(({ title, hint }) =>
    words.every((word) => `${title} ${hint}`.toLowerCase().includes(word)),
  );
  const starts = (command: Command) => (command.title.toLowerCase().includes(text.trim().toLowerCase()) ? 0 : 1);
  return [...hits].sort((a, b) => starts(a) - starts(b));
}
