// Uploads with progress. XMLHttpRequest because fetch has no upload progress. Two files at a time; the case opens at once.
import type { CaseFile } from '../../api/schemas.ts';
import { type Upload, useUploads } from '../state/uploads.ts';
import { api, failureFrom } from './client.ts';
import { queryClient } from './queries.ts';

export interface LocalFile {
  path: string;
  file: File;
}

const atOnce = 2;

function recognisedAs(file: CaseFile): string {
  const what = file.format ?? file.kind;
  return file.packets === null ? what : `${what} · ${file.packets.toLocaleString('en')} packets`;
}

function send(caseId: string, upload: Upload, file: File): Promise<void> {
  const { update } = useUploads.getState();
  return new Promise((resolve) => {
    const fail = (problem: string) => {
      update(upload.id, { state: 'failed', problem });
      resolve();
    };
    const xhr = new XMLHttpRequest();
    xhr.open('PUT', api.fileUrl(caseId, upload.path));
    xhr.setRequestHeader('content-type', 'application/octet-stream');
    xhr.upload.onprogress = (event) => update(upload.id, { sent: event.loaded });
    xhr.onerror = () => fail('The connection broke. Drop the file again.');
    xhr.onload = () => {
      if (xhr.status < 200 || xhr.status > 299) return fail(failureFrom(xhr.status, xhr.responseText).message);
      const answer = JSON.parse(xhr.responseText) as CaseFile;
      const failed = answer.state === 'failed';
      update(upload.id, {
        state: failed ? 'failed' : 'done',
        sent: upload.bytes,
        recognised: recognisedAs(answer),
        problem: answer.issues[0] ?? null,
      });
      void queryClient.invalidateQueries({ queryKey: ['case', caseId] });
      resolve();
    };
    update(upload.id, { state: 'sending' });
    xhr.send(file);
  });
}

export async function sendFiles(caseId: string, files: readonly LocalFile[]): Promise<void> {
  const uploads = useUploads.getState().add(
    caseId,
    files.map(({ path, file }) => ({ path, bytes: file.size })),
  );
  const queue = uploads.map((upload, i) => ({ upload, file: files[i]?.file }));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.file !== undefined) await send(caseId, next.upload, next.file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  void queryClient.invalidateQueries({ queryKey: ['cases'] });
}

/** `trip/client.pcap` → `trip`; `client.pcap` → `client`. */
export function caseNameFor(files: readonly LocalFile[]): string {
  const first = files[0]?.path ?? 'upload';
  const [top = first, ...rest] = first.split('/');
  return rest.length > 0 ? top : top.replace(/(\.(pcap|pcapng|cap|gz|zst|tgz|tar|txt|json))+$/i, '') || top;
}

export async function createCaseFrom(
  files: readonly LocalFile[],
): Promise<{ caseId: string; finished: Promise<void> }> {
  const created = await api.createCase(caseNameFor(files));
  queryClient.setQueryData(['case', created.id], created);
  void queryClient.invalidateQueries({ queryKey: ['cases'] });
  return { caseId: created.id, finished: sendFiles(created.id, files) };
}
