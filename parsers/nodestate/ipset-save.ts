// `ipset save`: `create NAME TYPE options` and `add NAME element options`.
import type { DumpFormat } from './dump-format.ts';
import type { Ipset } from './state.ts';
import { splitWords } from './words.ts';

const ENTRY_OPTIONS_WITH_VALUE = new Set([
  'timeout',
  'packets',
  'bytes',
  'comment',
  'skbmark',
  'skbprio',
  'skbqueue',
  'before',
  'after',
]);

export const dumpFormat: DumpFormat = {
  name: 'ipset-save',
  command: 'ipset save',
  emptyName: /ipset/i,
  detect: (file) => /^create \S+ (?:hash|bitmap|list):\S+/m.test(file.head),
  read(file, state, warn) {
    const sets = state.ipsets ?? new Map<string, Ipset>();
    state.ipsets = sets;
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i] ?? '';
      if (line.trim() === '' || line.startsWith('#')) continue;
      const words = splitWords(line)?.map((w) => w.text);
      const [verb, name, what] = words ?? [];
      if (!words || name === undefined || what === undefined || (verb !== 'create' && verb !== 'add')) {
        warn('syntax', file.ref(i + 1), 'a line of ipset save reads "create NAME TYPE …" or "add NAME ELEMENT …"');
        continue;
      }
      if (verb === 'create') {
        const options = new Map<string, string>();
        for (let k = 3; k < words.length; k++) {
          const key = words[k];
          if (key === undefined) continue;
          const flag = key === 'counters' || key === 'comment' || key === 'skbinfo' || key === 'forceadd';
          options.set(key, flag ? 'yes' : (words[++k] ?? ''));
        }
        const family = options.get('family') === 'inet6' ? 6 : 4;
        sets.set(name, { name, type: what, family, options, entries: [], source: file.ref(i + 1) });
        continue;
      }
      const set = sets.get(name);
      if (!set) {
        warn('syntax', file.ref(i + 1), `set ${name} was not created before this line`);
        continue;
      }
      let nomatch = false;
      for (let k = 3; k < words.length; k++) {
        const key = words[k];
        if (key === 'nomatch') nomatch = true;
        else if (key !== undefined && ENTRY_OPTIONS_WITH_VALUE.has(key)) k++;
      }
      set.entries.push({ parts: what.split(','), nomatch, source: file.ref(i + 1) });
    }
  },
};
