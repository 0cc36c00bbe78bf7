// The address bar holds the state: case, tab, packet, filter, flow or packet spec, dump line, outcome, table of statistics; or the pods that are
// shown and picked. Pure both ways, and what it cannot read it leaves out, so that an old or edited link still opens.

export const tabs = ['packets', 'flows', 'path', 'findings', 'statistics', 'files'] as const;
export type Tab = (typeof tabs)[number];

export interface DumpPlace {
  file: string;
  line: number;
}

export interface CaseAddress {
  screen: 'case';
  caseId: string;
  tab: Tab;
  filter: string;
  packet: number | null;
  flow: number | null;
  spec: string | null;
  dump: DumpPlace | null;
  outcome: number;
  /** Which statistics are shown; null for the first. */
  table: string | null;
}

export interface PodsAddress {
  screen: 'pods';
  search: string;
  namespace: string | null;
  hostPortsOnly: boolean;
  /** Ids of the pods that are picked for the capture, in the order they were picked. */
  pods: readonly string[];
}

export type Address = { screen: 'library' } | PodsAddress | CaseAddress;

export function podsAddress(patch: Partial<Omit<PodsAddress, 'screen'>> = {}): PodsAddress {
  return { screen: 'pods', search: '', namespace: null, hostPortsOnly: false, pods: [], ...patch };
}

export function caseAddress(caseId: string, tab: Tab, patch: Partial<Omit<CaseAddress, 'screen'>> = {}): CaseAddress {
  const empty = { filter: '', packet: null, flow: null, spec: null, dump: null, outcome: 0, table: null };
  return { screen: 'case', ...empty, caseId, tab, ...patch };
}

function count(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function parseDumpPlace(text: string | null): DumpPlace | null {
  const match = /^(.+):(\d{1,9})$/.exec(text ?? '');
  const [, file, line] = match ?? [];
  return file !== undefined && line !== undefined && Number(line) > 0 ? { file, line: Number(line) } : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parseAddress(pathname: string, search: string): Address {
  const [head, id, tabText] = pathname.split('/').filter((part) => part !== '');
  const query = new URLSearchParams(search);
  if (head === 'pods') {
    return podsAddress({
      search: query.get('search') ?? '',
      namespace: query.get('namespace'),
      hostPortsOnly: query.has('hostports'),
      pods: [...new Set(query.getAll('pod'))],
    });
  }
  if (head !== 'cases' || id === undefined) return { screen: 'library' };
  return {
    screen: 'case',
    caseId: decoded(id),
    tab: tabs.find((tab) => tab === tabText) ?? 'packets',
    filter: query.get('filter') ?? '',
    packet: count(query.get('packet')),
    flow: count(query.get('flow')),
    spec: query.get('spec'),
    dump: parseDumpPlace(query.get('dump')),
    outcome: count(query.get('outcome')) ?? 0,
    table: query.get('table'),
  };
}

function formatPods({ search, namespace, hostPortsOnly, pods }: PodsAddress): string {
  const query = new URLSearchParams();
  if (search !== '') query.set('search', search);
  if (namespace !== null) query.set('namespace', namespace);
  if (hostPortsOnly) query.set('hostports', '1');
  for (const pod of pods) query.append('pod', pod);
  const text = query.toString();
  return text === '' ? '/pods' : `/pods?${text}`;
}

export function formatAddress(address: Address): string {
  if (address.screen === 'library') return '/';
  if (address.screen === 'pods') return formatPods(address);
  const query = new URLSearchParams();
  if (address.filter !== '') query.set('filter', address.filter);
  if (address.packet !== null) query.set('packet', String(address.packet));
  if (address.flow !== null) query.set('flow', String(address.flow));
  if (address.spec !== null) query.set('spec', address.spec);
  if (address.dump !== null) query.set('dump', `${address.dump.file}:${address.dump.line}`);
  if (address.outcome !== 0) query.set('outcome', String(address.outcome));
  if (address.table !== null) query.set('table', address.table);
  const text = query.toString();
  return `/cases/${encodeURIComponent(address.caseId)}/${address.tab}${text === '' ? '' : `?${text}`}`;
}
