import { describe, expect, it } from 'vitest';
import type { CaseSummary } from '../../api/schemas.ts';
import { caseAddress } from '../state/address.ts';
import { commandsFor, matchingCommands } from './commands.ts';

const sample: CaseSummary = {
  id: 'seed',
  name: 'seed clash',
  description: '',
  created: '2026-11-24T00:00:00Z',
  sample: true,
  packets: 12,
  captures: 1,
  dumps: 4,
  bytes: 9000,
  state: 'ready',
};

describe('command palette', () => {
  it('offers the views only inside a case', () => {
    expect(commandsFor({ screen: 'library' }, []).some(({ id }) => id === 'tab-path')).toBe(false);
    expect(commandsFor(caseAddress('seed', 'packets'), []).some(({ id }) => id === 'tab-path')).toBe(true);
  });

  it('finds by any words in any order', () => {
    const commands = commandsFor({ screen: 'library' }, [sample]);
    expect(matchingCommands(commands, 'clash seed').map(({ id }) => id)).toEqual(['case-seed']);
    expect(matchingCommands(commands, 'dark').map(({ id }) => id)).toEqual(['theme-dark']);
    expect(matchingCommands(commands, 'zzz')).toEqual([]);
  });
});
