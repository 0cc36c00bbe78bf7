// Where files go that a person dropped or picked: into a new case, which opens at once, or into the one that is open.
import type { LocalFile } from '../sources/upload.ts';
import { createCaseFrom, sendFiles } from '../sources/upload.ts';
import { caseAddress } from '../state/address.ts';
import { useMessages } from '../state/messages.ts';
import { go } from '../state/useAddress.ts';

export async function receiveFiles(files: readonly LocalFile[], caseId: string | null): Promise<void> {
  if (files.length === 0) {
    useMessages.getState().say('There was no file in what was dropped.');
    return;
  }
  try {
    if (caseId !== null) return await sendFiles(caseId, files);
    const created = await createCaseFrom(files);
    go(caseAddress(created.caseId, 'packets'));
    await created.finished;
  } catch (error) {
    useMessages.getState().say(error instanceof Error ? error.message : 'The upload failed.');
  }
}
