// `nft list ruleset` (text): tables, sets with their elements, chains with their rules. Tables that iptables-nft wrote are read from
// iptables-save, which tells more; of them only the base chains count here, because they say which hooks exist in the kernel.
import type { DumpFile, DumpFormat, Warn } from './dump-format.ts';
import { parseNftElements, parseNftRule } from './nft-rule.ts';
import type { NftBaseChain, NftChain, NftRuleset, NftSet, NftTable } from './nft-syntax.ts';

/** Symbolic priorities (nft(8)): the same names mean other numbers in family bridge. */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const BRIDGE_PRIORITIES: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

export function nftPriority(text: string, family: string): number | null {
  const m = /^(-?\d+|[a-z]+)(?:\s*([+-])\s*(\d+))?$/.exec(text.trim());
  if (m?.[1] === undefined) return null;
  const names = family === 'bridge' ? BRIDGE_PRIORITIES : PRIORITIES;
  const base = /^-?\d/.test(m[1]) ? Number(m[1]) : names[m[1]];
  if (base === undefined) return null;
  return base + (m[2] === '-' ? -1 : 1) * Number(m[3] ?? '0');
}

/** `device "eth0"`, `devices = { eth0, "eth1" }`. */
function devicesOf(text: string | undefined): string[] {
  return (text?.match(/"[^"]+"|[^\s{},="]+/g) ?? []).slice(1).map((d) => d.replaceAll('"', ''));
}

const IPTABLES_TABLES = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

/** Braces that a line opens more than it closes, outside strings. */
function depthOf(line: string): number {
  let depth = 0;
  for (const c of line.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if (c === '{') depth++;
    else if (c === '}') depth--;
  }
  return depth;
}

/** The lines that nft would print for a block that somebody wrote on one line: `set s { type ipv4_addr; elements = { … } }`. */
function linesOf(block: string): string[] {
  const body = block.slice(block.indexOf('{') + 1, block.lastIndexOf('}'));
  const out: string[] = [];
  let line = '';
  let depth = 0;
  for (const part of body.match(/"(?:[^"\\]|\\.)*"|[^"]/g) ?? []) {
    depth += depthOf(part);
    line += part;
    // a base chain's priority and policy stand on one line
    if (part !== ';' || depth > 0 || (/^\s*type .* hook /.test(line) && !/policy [^;]*;$/.test(line))) continue;
    out.push(line.trim().replace(/^(?!type .* hook )(.*);$/, '$1'));
    line = '';
  }
  if (line.trim() !== '') out.push(line.trim());
  return [...out, '}'];
}

class Reader {
  /** Lines that are still to come of a block that stood on one. */
  #split: string[] = [];
  readonly #file: DumpFile;
  readonly #warn: Warn;
  readonly #ruleset: NftRuleset;
  #line = 0;
  /** The dump ended where more was expected, or at its end. */
  #ended = false;

  constructor(file: DumpFile, ruleset: NftRuleset, warn: Warn) {
    this.#file = file;
    this.#ruleset = ruleset;
    this.#warn = warn;
  }

  #next(): string | null {
    const split = this.#split.shift();
    if (split !== undefined) return split;
    if (this.#line >= this.#file.lines.length) {
      this.#ended = true;
      return null;
    }
    return (this.#file.lines[this.#line++] ?? '').trim();
  }

  get #ref() {
    return this.#file.ref(this.#line);
  }

  read(): void {
    let managed = false;
    for (let line = this.#next(); line !== null; line = this.#next()) {
      if (/^# Warning: table .* is managed by iptables-nft/.test(line)) managed = true;
      else if (line === '' || line.startsWith('#')) continue;
      else {
        const m = /^table (\S+) (\S+) \{/.exec(line);
        if (m?.[1] === undefined || m[2] === undefined) {
          this.#warn('syntax', this.#ref, '"table FAMILY NAME {" expected');
          continue;
        }
        const byName = (m[1] === 'ip' || m[1] === 'ip6') && IPTABLES_TABLES.has(m[2]);
        const table: NftTable = {
          family: m[1],
          name: m[2],
          managedByIptables: managed || byName,
          chains: new Map(),
          sets: new Map(),
          source: this.#ref,
        };
        this.#ruleset.tables.push(table);
        managed = false;
        this.#table(table);
      }
    }
  }

  #table(table: NftTable): void {
    let dormant = false;
    const before = this.#ruleset.baseChains.length;
    for (let line = this.#next(); line !== null; line = this.#next()) {
      if (line === '}') break;
      if (/^flags .*\bdormant\b/.test(line)) dormant = true;
      if (line === '' || line.startsWith('#') || /^(?:comment|flags) /.test(line)) continue;
      const m = /^(chain|set|map|flowtable|counter|quota|limit|ct \S+|secmark|synproxy) (\S+) \{/.exec(line);
      if (m?.[2] !== undefined && depthOf(line) === 0 && /^(?:chain|set|map)$/.test(m[1] ?? ''))
        this.#split = linesOf(line);
      if (m?.[2] === undefined) this.#warn('syntax', this.#ref, 'a chain, set or map expected');
      else if (m[1] === 'chain') this.#chain(table, m[2]);
      else if (m[1] === 'set' || m[1] === 'map') this.#set(table, m[2], m[1] === 'map');
      else this.#skip(depthOf(line));
    }
    // the chains of a table that sleeps stand at no hook
    if (dormant) this.#ruleset.baseChains.splice(before);
    if (this.#ended) this.#warn('suspicious', this.#ref, 'the dump ends inside a table: take it again');
  }

  #skip(depth: number): void {
    for (let open = depth; open > 0; ) {
      const line = this.#next();
      if (line === null) return;
      open += depthOf(line);
    }
  }

  #chain(table: NftTable, name: string): void {
    const chain: NftChain = { name, rules: [], source: this.#ref };
    table.chains.set(name, chain);
    let base: NftBaseChain | null = null;
    let count = 0;
    for (let line = this.#next(); line !== null; line = this.#next()) {
      if (line === '}') break;
      if (line === '' || line.startsWith('#') || /^(?:comment "|flags offload)/.test(line)) continue;
      const hook = /^type (\S+) hook (\S+)(?: (devices? .*?))? priority ([^;]+);(?: policy (\S+);)?/.exec(line);
      if (hook) {
        const priority = nftPriority(hook[4] ?? '', table.family);
        if (priority === null) this.#warn('unsupported', this.#ref, `priority "${hook[4]}" is not understood`);
        base = {
          family: table.family,
          table: table.name,
          name,
          type: hook[1] ?? '',
          hook: hook[2] ?? '',
          priority: priority ?? 0,
          policy: hook[5] ?? 'accept',
          devices: devicesOf(hook[3]),
          ruleCount: 0,
          source: this.#ref,
        };
        continue;
      }
      const source = this.#ref;
      let text = line.replace(/ # handle \d+$/, '');
      for (let depth = depthOf(line); depth > 0; ) {
        const more = this.#next();
        if (more === null) break;
        // in a chain without a name (`jump {`) every line is a rule; in a set lines end with commas
        text += `${/\b(?:jump|goto) \{/.test(text) && !/,$/.test(text) ? ' ;' : ''} ${more}`;
        depth += depthOf(more);
      }
      count++;
      if (table.managedByIptables) continue;
      const parsed = parseNftRule(text);
      if (parsed.problem !== null)
        this.#warn('unsupported', source, `${parsed.problem}: from there on this rule is unknown to the simulator`);
      chain.rules.push({ text, statements: parsed.statements, comment: parsed.comment, source });
    }
    if (base) this.#ruleset.baseChains.push({ ...base, ruleCount: count });
  }

  #set(table: NftTable, name: string, isMap: boolean): void {
    const source = this.#ref;
    let types: string[] = [];
    const set: NftSet = { name, isMap, types, elements: [], source };
    for (let line = this.#next(); line !== null; line = this.#next()) {
      if (line === '}') break;
      const type = /^type(?:of)? ([^;]*)/.exec(line)?.[1];
      if (type !== undefined) types = (type.split(' : ')[0] ?? '').split(' . ');
      else if (line.startsWith('elements = {')) this.#elements(set, line);
    }
    table.sets.set(name, { ...set, types });
  }

  /** Elements run over lines; each is cited with the line it stands on. */
  #elements(set: NftSet, first: string): void {
    let line: string | null = first.slice('elements = {'.length);
    let pending = '';
    for (let depth = 1; line !== null; line = this.#next()) {
      depth += depthOf(line);
      const ref = this.#ref;
      const text: string = depth === 0 ? line.slice(0, line.lastIndexOf('}')) : line;
      pending += text;
      // An element never runs over a line: nft breaks after commas.
      if (depth === 0 || /,\s*$/.test(text)) {
        const parsed = parseNftElements(pending.replace(/,\s*$/, ''));
        pending = '';
        if (typeof parsed === 'string')
          this.#warn('unsupported', ref, `${parsed}: elements of set ${set.name} on this line were not read`);
        else set.elements.push(...parsed.map((e) => ({ ...e, source: ref })));
      }
      if (depth === 0) return;
    }
  }
}

/**
 * Dumps of tables one by one (`nft list table …`) add up. Of a table that both have only one can be the node's: the first is kept, and
 * the other said to be there.
 */
function merged(first: NftRuleset, more: NftRuleset, file: DumpFile, warn: Warn): NftRuleset {
  const known = new Map(first.tables.map((t) => [`${t.family} ${t.name}`, t]));
  const other = (name: string) => known.get(name)?.source.file ?? '';
  const twice = more.tables.map((t) => `${t.family} ${t.name}`).filter((name) => known.has(name));
  if (twice.length > 0)
    warn(
      'suspicious',
      file.ref(1),
      `${other(twice[0] ?? '')} has the nftables ${twice.length === 1 ? 'table' : 'tables'} ${twice.join(', ')} as well: those of this file are not used; give one dump of a node`,
    );
  const isNew = (family: string, name: string) => !known.has(`${family} ${name}`);
  return {
    form: 'text',
    tables: [...first.tables, ...more.tables.filter((t) => isNew(t.family, t.name))],
    baseChains: [...first.baseChains, ...more.baseChains.filter((b) => isNew(b.family, b.table))],
  };
}

export const dumpFormat: DumpFormat = {
  name: 'nft-ruleset',
  command: 'nft list ruleset',
  emptyName: /nft.*\.txt$/,
  detect: (file) => /^table (?:ip|ip6|inet|arp|bridge|netdev) \S+ \{/m.test(file.head),
  read(file, state, warn) {
    const ruleset: NftRuleset = { tables: [], baseChains: [] };
    new Reader(file, ruleset, warn).read();
    // The text form cites better than JSON: it replaces what JSON said.
    state.nft =
      state.nft && state.nft.form === 'text' ? merged(state.nft, ruleset, file, warn) : { ...ruleset, form: 'text' };
  },
};
