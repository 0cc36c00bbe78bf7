// The small JSON beside a case's files, and where on disk each file's bytes are.
//   case.json            name, description, created, files
//   files/PATH           as uploaded
//   members/ARCHIVE/PATH taken out of an archive
//   plain/PATH           decompressed, of a file or a member that came compressed
//   incoming/            uploads that are not complete yet
import path from 'node:path';
import { z } from 'zod';
import { caseCapture, caseFile } from '../../api/schemas.ts';
import { storedEdits } from '../packets/comment-edits.ts';

const storedFile = caseFile.extend({
  member: z.boolean(),
  wrapped: z.boolean(),
  /** The process that writes it, where it is a capture of ours; while it is `receiving` it grows in its place. */
  live: z.string().nullable().default(null),
});
export type StoredFile = z.infer<typeof storedFile>;

export const storedCase = z.object({
  name: z.string(),
  description: z.string(),
  created: z.string(),
  files: z.array(storedFile),
  capture: caseCapture.optional(),
  /** What is read as what, in tshark's words. */
  decodeAs: z.array(z.string()).optional(),
  /** What people said of its captures, by the file's path. */
  comments: z.record(z.string(), storedEdits).optional(),
});
export type StoredCase = z.infer<typeof storedCase>;

/** What a bundled sample says of itself, with its place in the list; its files are found by looking. */
export const sampleCase = z.object({
  name: z.string(),
  description: z.string(),
  created: z.string(),
  place: z.number().int(),
});

export interface CaseFolder {
  readonly folder: string;
  /** A sample keeps its files at the top of its folder, as they are in the package. */
  readonly sample: boolean;
}

/** The bytes as they were uploaded, or as they stood in the archive. */
export function asUploaded({ folder, sample }: CaseFolder, file: StoredFile): string {
  return sample ? path.join(folder, file.path) : path.join(folder, file.member ? 'members' : 'files', file.path);
}

/** The bytes to read: decompressed where the file came compressed. */
export function plain(at: CaseFolder, file: StoredFile): string {
  return file.wrapped ? path.join(at.folder, 'plain', file.path) : asUploaded(at, file);
}

/** What the API shows of a file. */
export function shownFile({ member: _member, wrapped: _wrapped, live: _live, ...file }: StoredFile) {
  return { ...file, issues: [...file.issues] };
}
