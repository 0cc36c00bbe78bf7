// -j CHECKSUM: fills a checksum and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'CHECKSUM',
  compile: () => () => ({ kind: 'continue', summary: null }),
};
