// The running node as query hooks: its pods, the points of their paths, the filter at each point, captures that run.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CaptureRequest, CaptureStatus } from '../../api/live.ts';
import type { CaseDetail } from '../../api/schemas.ts';
import { ApiFailure, api } from './client.ts';
import { queryClient, useCase } from './queries.ts';

export const lacksPrivileges = (error: unknown) => error instanceof ApiFailure && error.code === 'no-privileges';

export const useLiveInfo = () => useQuery({ queryKey: ['live'], queryFn: ({ signal }) => api.live(signal) });

export const usePods = () => useQuery({ queryKey: ['pods'], queryFn: ({ signal }) => api.pods(signal) });

export const usePoints = (pods: readonly string[], enabled: boolean) =>
  useQuery({
    queryKey: ['pods', 'points', pods],
    queryFn: ({ signal }) => api.points(pods, signal),
    enabled,
    placeholderData: keepPreviousData,
  });

export const useFilterPreview = (request: CaptureRequest, enabled: boolean) =>
  useQuery({
    queryKey: ['filter preview', request.pods, request.points, request.filter],
    queryFn: ({ signal }) => api.previewFilter(request, signal),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
  });

const statusKey = (caseId: string) => ['capture', caseId] as const;

/**
 * What a capture says of itself; null for a case that was not captured here, or whose capture ended before this page opened.
 * Asked for only while the case fills; the server pushes it to whoever looks at the case, also when it has ended.
 */
export function useCaptureStatus(caseId: string): CaptureStatus | null {
  const filling = useCase(caseId).data?.state === 'receiving';
  const listed = useQuery({
    queryKey: ['captures'],
    queryFn: ({ signal }) => api.captures(signal),
    enabled: filling,
  }).data?.find((status) => status.caseId === caseId);
  const pushed = useQuery<CaptureStatus>({
    queryKey: statusKey(caseId),
    queryFn: ({ signal }) => api.capture(caseId, signal),
    enabled: false,
  }).data;
  return pushed ?? listed ?? null;
}

export function takeStatus(status: CaptureStatus): void {
  queryClient.setQueryData(statusKey(status.caseId), status);
}

function opened(detail: CaseDetail): CaseDetail {
  queryClient.setQueryData(['case', detail.id], detail);
  void queryClient.invalidateQueries({ queryKey: ['cases'] });
  return detail;
}

export async function startCapture(request: CaptureRequest): Promise<CaseDetail> {
  const detail = opened(await api.startCapture(request));
  await queryClient.invalidateQueries({ queryKey: ['captures'] });
  return detail;
}

export async function stopCapture(caseId: string): Promise<void> {
  takeStatus(await api.stopCapture(caseId));
}

export const takeSnapshot = async (name: string): Promise<CaseDetail> => opened(await api.snapshot(name));
