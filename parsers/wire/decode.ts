// placeholder, replaced in the next commit
import type { FrameFacts } from './facts.ts';

export function indexFrame(
  facts: FrameFacts,
  view: DataView,
  start: number,
  caplen: number,
  length: number,
  _linkType: number,
): void {
  facts.reset(view, start, caplen, length);
}
