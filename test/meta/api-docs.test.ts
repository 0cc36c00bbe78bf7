import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import * as commandLine from '../../api/command-line.ts';
import * as comments from '../../api/comments.ts';
import * as deep from '../../api/deep.ts';
import * as explained from '../../api/explanation.ts';
import * as filters from '../../api/filters.ts';
import * as joins from '../../api/joined.ts';
import * as live from '../../api/live.ts';
import * as objects from '../../api/objects.ts';
import * as pieces from '../../api/pieces.ts';
import * as api from '../../api/schemas.ts';
import * as statistics from '../../api/statistics.ts';
import * as streams from '../../api/streams.ts';

const page = path.resolve(import.meta.dirname, '../../docs/api.md');
const marker = '## Shapes\n';

interface Json {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  const?: unknown;
  items?: Json;
  anyOf?: Json[];
  oneOf?: Json[];
  properties?: Record<string, Json>;
  required?: string[];
  maxLength?: number;
}

/** A type as TypeScript would write it, with links to the named shapes. */
function typeText(json: Json): string {
  if (json.$ref !== undefined) return `[${json.$ref}](#${json.$ref.toLowerCase()})`;
  const choices = json.anyOf ?? json.oneOf;
  if (choices !== undefined) return choices.map(typeText).join(' \\| ');
  if (json.const !== undefined) return `\`${JSON.stringify(json.const)}\``;
  if (json.enum !== undefined) return json.enum.map((e) => `\`${JSON.stringify(e)}\``).join(' \\| ');
  if (json.type === 'array') {
    const item = typeText(json.items ?? {});
    return item.includes('\\|') ? `(${item})[]` : `${item}[]`;
  }
  if (json.properties !== undefined) {
    const fields = Object.entries(json.properties).map(([name, field]) => `${name}: ${typeText(field)}`);
    return `{ ${fields.join('; ')} }`;
  }
  return [json.type ?? 'unknown'].flat().join(' \\| ');
}

function shapeText(name: string, json: Json): string {
  const head = `### ${name}\n\n`;
  if (json.properties === undefined) return `${head}${typeText(json)}\n`;
  const optional = (field: string) => (json.required?.includes(field) ? '' : '?');
  const rows = Object.entries(json.properties).map(([f, type]) => `| \`${f}${optional(f)}\` | ${typeText(type)} |`);
  return `${head}| field | type |\n|---|---|\n${rows.join('\n')}\n`;
}

test('docs/api.md shows the shapes as they are', async () => {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries({
    ...pieces,
    ...explained,
    ...api,
    ...commandLine,
    ...commandLine,
    ...joins,
    ...live,
    ...streams,
    ...comments,
    ...deep,
    ...filters,
    ...statistics,
    ...objects,
  }))
    if (schema instanceof z.ZodType) registry.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => id, io: 'input' });
  const shapes = Object.entries(schemas).map(([name, json]) => shapeText(name, json as Json));
  const [head = ''] = fs.readFileSync(page, 'utf8').split(marker);
  await expect(`${head}${marker}\n${shapes.join('\n')}`).toMatchFileSnapshot(page);
});

test('every link of docs/api.md leads to a shape', () => {
  const text = fs.readFileSync(page, 'utf8');
  const shapes = new Set([...text.matchAll(/^### (\w+)$/gm)].map((m) => m[1]?.toLowerCase()));
  const dead = [...text.matchAll(/\]\(#(\w+)\)/g)].filter((m) => !shapes.has(m[1])).map((m) => m[1]);
  expect(dead).toEqual([]);
});
