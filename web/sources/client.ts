// The HTTP API as functions, one a row of docs/decisions/0001-http-api.md and 0002-live-api.md. Answers are trusted to match the contract: the
// server that sent them also sent this script. Refusals become ApiFailure, with the server's own sentence.

import type { CaseComments, CommentsRequest } from '../../api/comments.ts';
import type { DeepDetail } from '../../api/deep.ts';
import type { Explanation } from '../../api/explanation.ts';
import type { Completions } from '../../api/filters.ts';
import type { Joined } from '../../api/joined.ts';
import type { CapturePoint, CaptureRequest, CaptureStatus, FilterPreview, LiveInfo, PodList } from '../../api/live.ts';
import type { HttpObjects } from '../../api/objects.ts';
import type { Finding } from '../../api/pieces.ts';
import type {
  ApiError,
  CaseDetail,
  CaseSummary,
  DecodeAsChoices,
  DumpLines,
  FlowList,
  PacketDetail,
  PacketRows,
  ServerInfo,
  Timeline,
} from '../../api/schemas.ts';
import type { IoStatistics, Statistics } from '../../api/statistics.ts';
import type { FollowedStream } from '../../api/streams.ts';

export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  /** Where in the filter the problem is, for `bad-filter`. */
  readonly position: number | null;

  constructor(code: string, message: string, status: number, position: number | null) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.status = status;
    this.position = position;
  }
}

export function failureFrom(status: number, text: string): ApiFailure {
  try {
    const body = JSON.parse(text) as ApiError & { error: { position?: number } };
    if (typeof body.error.message === 'string') {
      return new ApiFailure(body.error.code, body.error.message, status, body.error.position ?? null);
    }
  } catch {
    // not ours: a proxy's page, or an empty body
  }
  if (status === 401)
    return new ApiFailure(
      'no-token',
      'Open the link that `vethscope serve` printed: it carries the token.',
      status,
      null,
    );
  return new ApiFailure('http', `The server answered ${status}.`, status, null);
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFailure('unreachable', 'The server does not answer. Is `vethscope serve` still running?', 0, null);
  }
  if (!response.ok) throw failureFrom(response.status, await response.text());
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return request<T>(path, signal === undefined ? init : { ...init, signal });
}

function put<T>(path: string, body: unknown): Promise<T> {
  return request<T>(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>(path, signal === undefined ? {} : { signal });
}

const base = (caseId: string) => `/api/cases/${encodeURIComponent(caseId)}`;
const query = (parts: Record<string, string | number>) =>
  new URLSearchParams(Object.entries(parts).map(([key, value]): [string, string] => [key, String(value)])).toString();

export type ExplainTarget = { packet: string } | { flow: number };

export const api = {
  info: (signal?: AbortSignal) => get<ServerInfo>('/api/info', signal),
  cases: (signal?: AbortSignal) => get<CaseSummary[]>('/api/cases', signal),
  createCase: (name: string) => post<CaseDetail>('/api/cases', { name: name.trim().slice(0, 200) || 'upload' }),
  case: (id: string, signal?: AbortSignal) => get<CaseDetail>(base(id), signal),
  deleteCase: (id: string) => request<void>(base(id), { method: 'DELETE' }),
  decodeAsChoices: (signal?: AbortSignal) => get<DecodeAsChoices>('/api/decode-as', signal),
  setDecodeAs: (id: string, rules: readonly string[]) => put<{ rules: string[] }>(`${base(id)}/decode-as`, { rules }),
  comments: (id: string, signal?: AbortSignal) => get<CaseComments>(`${base(id)}/comments`, signal),
  comment: (id: string, wanted: CommentsRequest) => put<{ comments: string[] }>(`${base(id)}/comments`, wanted),
  complete: (filter: string, cursor: number, signal?: AbortSignal) =>
    get<Completions>(`/api/filters/complete?${query({ filter, cursor })}`, signal),
  exportUrl: (id: string, filter: string, format: string) => `${base(id)}/export?${query({ filter, format })}`,
  fileUrl: (id: string, path: string) => `${base(id)}/files?${query({ path })}`,
  packets: (id: string, filter: string, offset: number, rows: number, signal?: AbortSignal) =>
    get<PacketRows>(`${base(id)}/packets?${query({ filter, offset, count: rows })}`, signal),
  packet: (id: string, no: number, signal?: AbortSignal) => get<PacketDetail>(`${base(id)}/packets/${no}`, signal),
  tshark: (id: string, no: number, signal?: AbortSignal) => get<DeepDetail>(`${base(id)}/packets/${no}/tshark`, signal),
  timeline: (id: string, filter: string, slices: number, signal?: AbortSignal) =>
    get<Timeline>(`${base(id)}/timeline?${query({ slices, filter })}`, signal),
  statistics: (id: string, filter: string, signal?: AbortSignal) =>
    get<Statistics>(`${base(id)}/statistics?${query({ filter })}`, signal),
  io: (id: string, filters: readonly string[], interval: number, signal?: AbortSignal) => {
    const parts = filters.map((filter): [string, string] => ['filter', filter]);
    const search = new URLSearchParams([['interval', String(interval)], ...parts]);
    return get<IoStatistics>(`${base(id)}/statistics/io?${search}`, signal);
  },
  stream: (id: string, flow: number, signal?: AbortSignal) =>
    get<FollowedStream>(`${base(id)}/flows/${flow}/stream`, signal),
  objects: (id: string, signal?: AbortSignal) => get<HttpObjects>(`${base(id)}/objects`, signal),
  objectUrl: (id: string, packet: number, part: number) =>
    `${base(id)}/packets/${packet}/object?${query({ part: String(part) })}`,
  streamUrl: (id: string, flow: number, side: string) => `${base(id)}/flows/${flow}/stream/bytes?${query({ side })}`,
  flows: (id: string, signal?: AbortSignal) => get<FlowList>(`${base(id)}/flows`, signal),
  joined: (id: string, signal?: AbortSignal) => get<Joined>(`${base(id)}/joined`, signal),
  findings: (id: string, signal?: AbortSignal) => get<Finding[]>(`${base(id)}/findings`, signal),
  dumpLines: (id: string, file: string, from: number, lines: number, signal?: AbortSignal) =>
    get<DumpLines>(`${base(id)}/dumps/lines?${query({ file, from, count: lines })}`, signal),
  explain: (id: string, target: ExplainTarget, signal?: AbortSignal) =>
    post<Explanation>(`${base(id)}/explain`, target, signal),
  live: (signal?: AbortSignal) => get<LiveInfo>('/api/live', signal),
  pods: (signal?: AbortSignal) => get<PodList>('/api/pods', signal),
  points: (pods: readonly string[], signal?: AbortSignal) =>
    get<CapturePoint[]>(
      `/api/pods/points?${new URLSearchParams(pods.map((id): [string, string] => ['pod', id]))}`,
      signal,
    ),
  previewFilter: (request: CaptureRequest, signal?: AbortSignal) =>
    post<FilterPreview>('/api/filters/preview', request, signal),
  captures: (signal?: AbortSignal) => get<CaptureStatus[]>('/api/captures', signal),
  capture: (id: string, signal?: AbortSignal) => get<CaptureStatus>(`/api/captures/${encodeURIComponent(id)}`, signal),
  startCapture: (request: CaptureRequest) => post<CaseDetail>('/api/captures', request),
  stopCapture: (id: string) => post<CaptureStatus>(`/api/captures/${encodeURIComponent(id)}/stop`, {}),
  snapshot: (name: string) => post<CaseDetail>('/api/snapshots', { name }),
};
