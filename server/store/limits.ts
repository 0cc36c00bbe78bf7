// What an upload and a case may take of this machine.
import { Refusal } from '../refusal.ts';
import type { Files } from '../system/system.ts';
import type { OutputLimits } from '../unpack/decompress.ts';

export interface StoreLimits {
  readonly maxUploadBytes: number;
  readonly maxDumpBytes: number;
  readonly maxFilesPerCase: number;
  readonly unpacked: OutputLimits;
  /** Disk that uploads leave free: this part of the disk or so many bytes, whichever is smaller. */
  readonly keepFree: { readonly part: number; readonly bytes: number };
}

const GiB = 2 ** 30;
const MiB = 2 ** 20;

export const defaultLimits: StoreLimits = {
  maxUploadBytes: 16 * GiB,
  maxDumpBytes: 64 * MiB,
  maxFilesPerCase: 2000,
  unpacked: { freeBytes: 256 * MiB, ratio: 100, maxBytes: 32 * GiB },
  keepFree: { part: 0.1, bytes: GiB },
};

/** Written bytes between two looks at the free disk. */
const checkEvery = 32 * MiB;

/** Bytes that may still be written to the disk below `folder`. */
export async function roomOn(files: Files, folder: string, limits: StoreLimits): Promise<number> {
  const disk = await files.disk(folder);
  return Math.max(0, disk.freeBytes - Math.min(disk.totalBytes * limits.keepFree.part, limits.keepFree.bytes));
}

/** Watches the disk while an upload writes. */
export class DiskGuard {
  private readonly files: Files;
  private readonly folder: string;
  private readonly limits: StoreLimits;
  private left = 0;

  constructor(files: Files, folder: string, limits: StoreLimits) {
    this.files = files;
    this.folder = folder;
    this.limits = limits;
  }

  /** Call before writing; refuses when the disk would fall below what is kept free. */
  async spend(bytes: number): Promise<void> {
    this.left -= bytes;
    if (this.left >= 0) return;
    const room = await roomOn(this.files, this.folder, this.limits);
    if (room < bytes) {
      throw new Refusal(
        413,
        'disk-full',
        `the disk of ${this.folder} has only ${room} bytes to spare; delete cases or choose another --data-dir`,
      );
    }
    this.left = Math.min(checkEvery, room - bytes);
  }
}
