// Which format a dump is of, from its content.
import { DumpFile, type DumpFormat } from './dump-format.ts';
import { dumpFormats } from './registry.gen.ts';

/** The formats that recognise a file; more than one is a bug of ours that a test looks for. */
export function formatsOf(file: DumpFile): DumpFormat[] {
  if (file.text.trim() === '') {
    const base = file.path.split('/').at(-1) ?? '';
    return dumpFormats.filter((f) => f.emptyName?.test(base) === true);
  }
  return dumpFormats.filter((f) => f.detect(file));
}

/** The format of a file, or null. */
export function formatOf(file: DumpFile): DumpFormat | null {
  if (file.text.trim() === '') return formatsOf(file)[0] ?? null;
  return dumpFormats.find((f) => f.detect(file)) ?? null;
}

/** Name of the format, `iptables-save`, `ip-route`, …; null when no format recognises the text. */
export function detectDump(path: string, text: string): string | null {
  return formatOf(new DumpFile(path, text))?.name ?? null;
}
