// -j TEE: sends a copy to another host and goes on.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'TEE',
  compile: (options) => () => ({
    kind: 'continue',
    summary: `a copy goes to ${options.find((o) => o.name === '--gateway')?.values[0] ?? 'another host'}`,
  }),
};
