// The API as query hooks. Keys all begin with the case's id, so that one push of the server can refresh one case.
import { keepPreviousData, QueryClient, useQueries, useQuery } from '@tanstack/react-query';
import type { PacketRows } from '../../api/schemas.ts';
import { ApiFailure, api, type ExplainTarget } from './client.ts';

/** Rows a request; a page of the packet list's cache. */
export const pageRows = 200;

/** What other points say of a packet may come later: asked for again so often. */
const joinedLaterMs = 1500;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiFailure && error.status >= 400 && error.status < 500),
      retryDelay: 400,
    },
  },
});

export const useCases = () => useQuery({ queryKey: ['cases'], queryFn: ({ signal }) => api.cases(signal) });

export const useInfo = () => useQuery({ queryKey: ['info'], queryFn: ({ signal }) => api.info(signal) });

export const useCase = (id: string) =>
  useQuery({ queryKey: ['case', id], queryFn: ({ signal }) => api.case(id, signal) });

export const useDecodeAsChoices = (enabled: boolean) =>
  useQuery({
    queryKey: ['decode-as'],
    queryFn: ({ signal }) => api.decodeAsChoices(signal),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useComments = (id: string) =>
  useQuery({ queryKey: ['case', id, 'comments'], queryFn: ({ signal }) => api.comments(id, signal) });

/** What may stand at the cursor of a filter; while the next answer is on its way, nothing. */
export const useCompletions = (filter: string, cursor: number, enabled: boolean) =>
  useQuery({
    queryKey: ['complete', filter, cursor],
    queryFn: ({ signal }) => api.complete(filter, cursor, signal),
    enabled,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

export const useObjects = (id: string) =>
  useQuery({ queryKey: ['case', id, 'objects'], queryFn: ({ signal }) => api.objects(id, signal) });

const flowsOf = (id: string) => ({
  queryKey: ['case', id, 'flows'],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.flows(id, signal),
});

/** The flows, those with the most packets where there are too many. */
export const useFlows = (id: string) => useQuery({ ...flowsOf(id), select: ({ flows }) => flows });

/** How many flows there are, shown or not. */
export const useFlowTotal = (id: string) => useQuery({ ...flowsOf(id), select: ({ total }) => total });

export const useStream = (id: string, flow: number | null) =>
  useQuery({
    queryKey: ['case', id, 'stream', flow],
    queryFn: ({ signal }) => api.stream(id, flow ?? 0, signal),
    enabled: flow !== null,
  });

export const useFindings = (id: string) =>
  useQuery({ queryKey: ['case', id, 'findings'], queryFn: ({ signal }) => api.findings(id, signal) });

export const useTimeline = (id: string, filter: string, slices: number) =>
  useQuery({
    queryKey: ['case', id, 'timeline', filter, slices],
    queryFn: ({ signal }) => api.timeline(id, filter, slices, signal),
    placeholderData: keepPreviousData,
  });

/** Asked again while the server still counts or packets still arrive. */
export const useStatistics = (id: string, filter: string, enabled: boolean) =>
  useQuery({
    queryKey: ['case', id, 'statistics', filter],
    queryFn: ({ signal }) => api.statistics(id, filter, signal),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.settled === false ? 700 : false),
  });

export const useIo = (id: string, filters: readonly string[], interval: number | null) =>
  useQuery({
    queryKey: ['case', id, 'io', filters, interval],
    queryFn: ({ signal }) => api.io(id, filters, interval ?? 1, signal),
    enabled: interval !== null,
    retry: false,
    placeholderData: keepPreviousData,
  });

export const usePacket = (id: string, no: number | null) =>
  useQuery({
    queryKey: ['packet', id, no],
    queryFn: ({ signal }) => api.packet(id, no ?? 0, signal),
    enabled: no !== null,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.joined === false ? joinedLaterMs : false),
  });

/** What tshark says of a packet; asked only when somebody wants it. */
export const useDeep = (id: string, no: number, enabled: boolean) =>
  useQuery({
    queryKey: ['packet', id, no, 'tshark'],
    queryFn: ({ signal }) => api.tshark(id, no, signal),
    enabled,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useJoined = (id: string) =>
  useQuery({
    queryKey: ['case', id, 'joined'],
    queryFn: ({ signal }) => api.joined(id, signal),
    refetchInterval: (query) => (query.state.data?.settled === false ? joinedLaterMs : false),
  });

export const useExplanation = (id: string, target: ExplainTarget | null) =>
  useQuery({
    queryKey: ['case', id, 'explain', target],
    queryFn: ({ signal }) => api.explain(id, target ?? { packet: '' }, signal),
    enabled: target !== null,
  });

/** How many packets pass, or the server's refusal of the filter. Its own query: full pages of rows are never fetched again. */
export const usePacketCount = (id: string, filter: string, enabled = true) =>
  useQuery({
    queryKey: ['case', id, 'count', filter],
    queryFn: ({ signal }) => api.packets(id, filter, 0, 1, signal),
    enabled,
    retry: false,
  });

const pageKey = (id: string, filter: string, page: number) => ['case', id, 'packets', filter, page] as const;

export const usePacketPages = (id: string, filter: string, pages: readonly number[]) =>
  useQueries({
    queries: pages.map((page) => ({
      queryKey: pageKey(id, filter, page),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.packets(id, filter, page * pageRows, pageRows, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 120_000,
      refetchInterval: (query: { state: { data: PacketRows | undefined } }) =>
        query.state.data?.joined === false ? joinedLaterMs : false,
    })),
  });

export const cachedPage = (id: string, filter: string, page: number) =>
  queryClient.getQueryData<PacketRows>(pageKey(id, filter, page));

/** The pages of the last rows, loaded before the list grows to show them. */
export async function loadTail(id: string, filter: string, rowCount: number): Promise<void> {
  const last = Math.floor(Math.max(0, rowCount - 1) / pageRows);
  const pages = rowCount % pageRows < pageRows / 2 && last > 0 ? [last - 1, last] : [last];
  await Promise.all(
    pages.map((page) =>
      queryClient.fetchQuery({
        queryKey: pageKey(id, filter, page),
        queryFn: ({ signal }) => api.packets(id, filter, page * pageRows, pageRows, signal),
        staleTime: (query) => (query.state.data?.rows.length === pageRows ? Number.POSITIVE_INFINITY : 0),
        gcTime: 120_000,
      }),
    ),
  );
}

export interface DumpRange {
  from: number;
  to: number;
}

export const useDumpRanges = (id: string, file: string, ranges: readonly DumpRange[]) =>
  useQueries({
    queries: ranges.map(({ from, to }) => ({
      queryKey: ['dump', id, file, from, to],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.dumpLines(id, file, from, to - from + 1, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
