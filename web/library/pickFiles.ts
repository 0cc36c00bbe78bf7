// The file picker, from a button or the palette. Resolves when the upload has ended, never if the person cancels.
import { receiveFiles } from './receive.ts';

export function pickFiles(what: 'files' | 'folder', caseId: string | null = null): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = what === 'folder';
  input.onchange = () => {
    const files = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    void receiveFiles(files, caseId);
  };
  input.click();
}
