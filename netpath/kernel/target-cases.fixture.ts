// The cases that every target must have: what it does to packet and connection, and options that it refuses.
import { describe, expect, test } from 'vitest';
import { parseRule } from '../../parsers/nodestate/iptables-save.ts';
import type { Effect, TargetModule } from './clause.ts';
import { contextOf, type Given } from './match-cases.fixture.ts';

export interface TargetCase {
  readonly options: string;
  readonly given?: Given;
  readonly effect: Partial<Effect> & { readonly kind: Effect['kind'] };
  /** Fields of the packet and the connection afterwards. */
  readonly packet?: Readonly<Record<string, unknown>>;
  readonly connection?: Readonly<Record<string, unknown>>;
}

function optionsOf(target: string, text: string) {
  const parsed = parseRule(`-A X -j ${target} ${text}`.trimEnd());
  if (typeof parsed === 'string') throw new Error(`${text}: ${parsed}`);
  return parsed.target?.options ?? [];
}

export function targetCases(
  target: TargetModule,
  cases: { readonly does: readonly TargetCase[]; readonly unreadable: readonly string[] },
): void {
  describe(`-j ${target.target}`, () => {
    test.each(cases.does.map((c) => [c.options || '(no options)', c] as const))('%s', (_, c) => {
      const apply = target.compile(optionsOf(target.target, c.options), c.given?.packet?.family ?? 4);
      if (typeof apply === 'string') throw new Error(apply);
      const context = contextOf(c.given ?? {});
      expect(apply(context)).toMatchObject(c.effect);
      if (c.packet) expect(context.packet).toMatchObject(c.packet);
      if (c.connection) expect(context.connection).toMatchObject(c.connection);
    });
    if (cases.unreadable.length > 0) {
      test.each(cases.unreadable)('is refused: %s', (text) =>
        expect(typeof target.compile(optionsOf(target.target, text), 4)).toBe('string'),
      );
    }
  });
}
