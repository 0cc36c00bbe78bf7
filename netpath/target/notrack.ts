// -j NOTRACK: the older spelling of CT --notrack.
import type { TargetModule } from '../kernel/clause.ts';

export const target: TargetModule = {
  target: 'NOTRACK',
  compile: () => (c) => {
    // came back over lo, or has got a zone
    if (c.connection.attached || c.connection.template) return { kind: 'continue', summary: null };
    c.connection.state = 'untracked';
    return { kind: 'continue', summary: 'not tracked' };
  },
};
