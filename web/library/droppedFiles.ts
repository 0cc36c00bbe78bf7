// Files of a drop, folders walked to their end. The entries must be taken from the event before the first await.
import type { LocalFile } from '../sources/upload.ts';

/** More than any snapshot has; a home folder dropped by mistake stops here. */
const mostFiles = 2_000;

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function readFolder(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives at most a hundred entries a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, found: LocalFile[]): Promise<void> {
  if (found.length >= mostFiles || entry.name.startsWith('.')) return;
  if (entry.isFile) {
    found.push({ path: entry.fullPath.replace(/^\//, ''), file: await readFile(entry as FileSystemFileEntry) });
  } else if (entry.isDirectory) {
    for (const child of await readFolder(entry as FileSystemDirectoryEntry)) await walk(child, found);
  }
}

export async function droppedFiles(data: DataTransfer): Promise<LocalFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const plain = [...data.files];
  const found: LocalFile[] = [];
  for (const entry of entries) await walk(entry, found);
  return found.length > 0 ? found : plain.map((file) => ({ path: file.name, file }));
}
