import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter } from './compile-filter.ts';
import { completeFilter } from './complete.ts';
import { fieldNames } from './fields.ts';
import { valueNames } from './value-names.ts';

/** The filter with `|` where the cursor is. */
function at(marked: string) {
  const cursor = marked.indexOf('|');
  const text = marked.slice(0, cursor) + marked.slice(cursor + 1);
  const found = completeFilter(text, cursor);
  const take = (n: number): string => text.slice(0, found.from) + (found.items[n]?.insert ?? '') + text.slice(found.to);
  return { ...found, texts: found.items.map((item) => item.text), take };
}

describe('fields', () => {
  it('come with their type and name', () => {
    const { kind, items } = at('tcp.dstp|');
    expect([kind, items[0]]).toEqual([
      'field',
      { text: 'tcp.dstport', insert: 'tcp.dstport', type: 'a number', description: 'Destination Port' },
    ]);
  });

  it('that begin with the word stand first, then those with it behind a dot', () => {
    const { texts } = at('port|');
    expect(texts).toEqual(expect.arrayContaining(['tcp.port', 'udp.port']));
    expect(at('tcp.|').texts[0]?.startsWith('tcp.')).toBe(true);
    expect(at('k8s.p|').items[0]).toMatchObject({ text: 'k8s.pod', description: expect.stringContaining('pod') });
    expect(at('frame.co|').texts).toContain('frame.comment');
  });

  it('replace the word that the cursor stands in, not the end of the filter', () => {
    const found = at('tcp.dst|xx == 80 && udp');
    expect(found.take(0)).toBe('tcp.dstport == 80 && udp');
    expect(at('ip && (tcp.dstp|').take(0)).toBe('ip && (tcp.dstport');
  });

  it('and functions', () => {
    expect(at('upp|').items).toContainEqual(expect.objectContaining({ text: 'upper()', insert: 'upper(' }));
    expect(at('upper(http.ho|').texts).toContain('http.host');
  });

  it('are not offered where none can stand, and not for nothing', () => {
    for (const nowhere of ['|', 'tcp && |', '80|', 'http.host == "tcp.|"', 'tcp.port == 8|', 'ip.addr == 10.0.0.|'])
      expect([nowhere, at(nowhere).items]).toEqual([nowhere, []]);
  });
});

describe('operators', () => {
  it('are those that the field’s type takes', () => {
    expect(at('tcp.port |').texts).toEqual(['==', '!=', '>', '<', '>=', '<=', 'in', '===', '!==', '&&', '||']);
    expect(at('http.host |').texts).toContain('matches');
    expect(at('http.host co|').texts).toEqual(['contains']);
    expect(at('http.host co|').take(0)).toBe('http.host contains ');
    expect(at('tcp.port !|').texts).toEqual(['!=', '!==']);
    expect(at('ip.addr#2 |').field).toBe('ip.addr');
  });

  it('join after a condition', () => {
    expect(at('tcp.port == 80 |').texts).toEqual(['&&', '||']);
    expect(at('tcp.port in {80, 443} |').texts).toEqual(['&&', '||']);
    expect(at('tcp.port == 80 a|').texts).toEqual(['&&']);
  });
});

describe('values', () => {
  it('are the named ones of the field, with their numbers', () => {
    const { items, field } = at('ip.proto == T|');
    expect([field, items[0]]).toEqual(['ip.proto', { text: 'TCP', insert: 'TCP', type: '6', description: '' }]);
    expect(at('dns.qry.type == AA|').take(0)).toBe('dns.qry.type == "AAAA (IPv6 Address)"');
    expect(at('dns.qry.type == "AA|" && dns').take(0)).toBe('dns.qry.type == "AAAA (IPv6 Address)" && dns');
    expect(at('ip.proto in {UDP, TC|').take(0)).toBe('ip.proto in {UDP, TCP');
    expect(at('ip.proto ==|').texts.length).toBeGreaterThan(20);
  });

  it('of flags are their words, and True and False', () => {
    expect(at('tcp.flags.syn == |').texts).toEqual(['Set', 'Not set', 'True', 'False']);
    expect(at('tcp.flags.syn == n|').take(0)).toBe('tcp.flags.syn == "Not set"');
  });

  it('may be fields of the same kind', () => {
    expect(at('tcp.srcport == tcp.ds|').texts).toContain('tcp.dstport');
    expect(at('http.host == ip.sr|').texts).toEqual([]);
  });
});

it('every named value, taken, is a filter', () => {
  for (const field of fieldNames()) {
    const names = valueNames(field);
    if (names.length === 0) continue;
    const { items, from, to } = completeFilter(`${field} == `, field.length + 4, 2000);
    const text = `${field} == `;
    for (const { insert } of items) {
      const compiled = compileFilter(text.slice(0, from) + insert + text.slice(to));
      expect([field, insert, compiled.ok ? '' : compiled.message]).toEqual([field, insert, '']);
    }
  }
});

it('never throws, and replaces what is there', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          'tcp',
          '.',
          'port',
          ' ',
          '==',
          '"',
          '\\',
          '{',
          ',',
          'in',
          '(',
          '&',
          'ip.proto',
          '8',
          '[',
          '#',
          "'",
          'é',
        ),
        { maxLength: 12 },
      ),
      fc.nat(60),
      (parts, cursor) => {
        const text = parts.join('');
        const { from, to } = completeFilter(text, cursor);
        const place = Math.min(cursor, text.length);
        expect(from <= place && place <= to && to <= text.length).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

it('takes time in proportion to the filter', () => {
  const long = `${'a'.repeat(9000)} == `;
  const start = performance.now();
  for (const text of [long, '"'.repeat(9999), '('.repeat(9999), '='.repeat(9999)]) completeFilter(text, text.length);
  expect(performance.now() - start).toBeLessThan(1000);
});
