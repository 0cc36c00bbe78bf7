// What the command line prints with --json where no path of the HTTP API has the same.
import { z } from 'zod';
import { finding } from './pieces.ts';

/** `vethscope check --json`. */
export const checkReport = z.object({
  findings: z.array(finding),
  /** What each file was recognised as; null where it was not. `warnings` counts its lines that were not understood. */
  files: z.array(z.object({ path: z.string(), format: z.string().nullable(), warnings: z.number().int() })),
  /** What could not be read of the captures. */
  issues: z.array(z.string()),
});
export type CheckReport = z.infer<typeof checkReport>;

/** `vethscope doctor --json`. */
export const doctorReport = z.object({
  /** Version of Node.js. */
  node: z.string(),
  checks: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      neededFor: z.string(),
      /** What to do about it; null where nothing is wrong. */
      remedy: z.string().nullable(),
    }),
  ),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** `vethscope snapshot --json`: where it is, its dumps, and what could not be taken. */
export const snapshotReport = z.object({
  path: z.string(),
  files: z.array(z.string()),
  problems: z.array(z.string()),
});
export type SnapshotReport = z.infer<typeof snapshotReport>;
