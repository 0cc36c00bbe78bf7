import type { Tab } from '../state/address.ts';

export const tabNames: Record<Tab, string> = {
  packets: 'Packets',
  flows: 'Flows',
  path: 'Path',
  findings: 'Findings',
  statistics: 'Statistics',
  files: 'Files',
};
