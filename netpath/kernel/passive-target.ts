// Targets that change nothing the packet's way depends on: they go on.
import type { TargetModule } from './clause.ts';

export function passiveTarget(target: string, summary: string): TargetModule {
  return { target, compile: () => () => ({ kind: 'continue', summary }) };
}
