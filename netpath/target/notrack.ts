// -j NOTRACK: the older spelling of CT --notrack.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'NOTRACK',
  compile: () => (c) => {
    if (c.connection.attached) return { kind: 'continue', summary: null }; // came back over lo
    c.connection.state = 'untracked';
    return { kind: 'continue', summary: 'not tracked' };
  },
};
