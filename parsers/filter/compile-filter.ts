// placeholder, replaced in the next commit
import type { CaptureIndex } from '../index/capture-index.ts';

/** A display filter ready to run, or where and why its text is wrong (`position` counts characters from 0). */
export type CompiledFilter =
  | { readonly ok: true; readonly test: (index: CaptureIndex, row: number, frame: () => Uint8Array) => boolean }
  | { readonly ok: false; readonly position: number; readonly message: string };

/** Compiles Wireshark's display filter syntax. Empty text matches every packet. */
export function compileFilter(text: string): CompiledFilter {
  return text.trim() === ''
    ? { ok: true, test: () => true }
    : { ok: false, position: 0, message: 'Filters come in the next commit.' };
}
