// The tables of settings and tag columns in the README of each connector, from its schemas and its manifest.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** The part of JSON Schema (draft 2020-12) that zod writes for the schemas of connectors. */
const JsonSchema = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), JsonSchema).optional();
  },
  get items() {
    return JsonSchema.optional();
  },
  get anyOf() {
    return z.array(JsonSchema).optional();
  },
  get oneOf() {
    return z.array(JsonSchema).optional();
  },
});
type JsonSchema = z.infer<typeof JsonSchema>;

const Manifest = z.looseObject({ connector: z.looseObject({ type: z.string(), title: z.string(), capabilities: z.array(z.string()), maturity: z.string() }) });

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const choicesOf = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? schema.oneOf ?? [];

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, field]) => (field.const !== undefined ? `${name}: ${JSON.stringify(field.const)}` : schema.required?.includes(name) ? name : `${name}?`));
    return `\`{ ${fields.join(', ')} }\``;
  }
  const choices = choicesOf(schema);
  if (choices.length > 0) return choices.map(typeOf).join(' or ');
  if (schema.type === 'string') return 'text';
  if (schema.type === 'boolean') return '`true`, `false`';
  const { minimum, maximum, exclusiveMinimum } = schema;
  const bounded = (bound: number | undefined): string | undefined => (bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : String(bound));
  const [low, high] = [bounded(minimum), bounded(maximum)];
  const range = low !== undefined && high !== undefined ? ` ${low}–${high}` : low !== undefined ? ` from ${low}` : exclusiveMinimum !== undefined ? ` above ${exclusiveMinimum}` : '';
  return `${schema.type === 'integer' ? 'whole number' : 'number'}${range}`;
}

/** One row per field; fields of an object follow it, joined by a dot as in the columns of tags.csv. */
function rowsOf(schema: JsonSchema, prefix = '', condition = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const isNeeded = schema.required?.includes(name) === true;
    const fallback = field.default !== undefined ? code(field.default) : isNeeded ? 'needed' : '–';
    const meaning = field.description ?? '';
    const tagged = choicesOf(field).filter(({ properties }) => properties);
    const nested =
      tagged.length > 0
        ? tagged.flatMap((choice) => {
            const [kind, mark] = Object.entries(choice.properties ?? {}).find(([, one]) => one.const !== undefined) ?? [];
            const others = Object.fromEntries(Object.entries(choice.properties ?? {}).filter(([key]) => key !== kind));
            return rowsOf({ ...choice, properties: others }, `${path}.`, kind === undefined ? '' : ` With ${kind} ${code(mark?.const)}.`);
          })
        : rowsOf(field, `${path}.`);
    return [`| \`${path}\` | ${typeOf(field).replaceAll('|', '\\|')} | ${fallback} | ${meaning}${condition} |`, ...nested];
  });
}

const tableOf = (schema: JsonSchema): string => ['| field | value | default | meaning |', '|---|---|---|---|', ...rowsOf(schema)].join('\n');

const TAG_FILE =
  'In a `tags.csv` the columns are `tag` (a name of your own), `scan_interval_ms` (whole milliseconds, at least 50; default 1000) and the fields above; a field of an object has a dot\n' +
  'in its name, an empty cell takes the default, a line that begins with `#` is left out. Separator is the comma or the semicolon, as in the first line.';

/** The text with each `<!-- generated: name -->` … `<!-- end -->` filled anew. Throws when a block is missing or unknown. */
export function fillBlocks(file: string, text: string, blocks: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(blocks));
  const filled = text.replaceAll(/<!-- generated: ([a-z]+) -->\n[\s\S]*?<!-- end -->/g, (_whole, name: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`${file}: there is no generated block "${name}", only ${Object.keys(blocks).join(', ')}.`);
    missing.delete(name);
    return `<!-- generated: ${name} -->\n${block}\n<!-- end -->`;
  });
  if (missing.size > 0) throw new Error(`${file}: put <!-- generated: ${[...missing].join(' -->, <!-- generated: ')} --> … <!-- end --> where the table belongs.`);
  return filled;
}

/** Settings and address schema of a connector: its exports `…SettingsSchema` and `…AddressSchema`. */
export function blocksOf(manifest: unknown, module: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const { connector } = Manifest.parse(manifest);
  const schemaOf = (ending: string): JsonSchema => {
    const schema = Object.entries(module).find(([name]) => name.endsWith(ending))?.[1];
    if (!(schema instanceof z.ZodType)) throw new Error(`The connector "${connector.type}" exports no …${ending}.`);
    return JsonSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  };
  return {
    manifest: `Connector type \`${connector.type}\` · capabilities: ${connector.capabilities.join(', ')} · ${connector.maturity}`,
    settings: tableOf(schemaOf('SettingsSchema')),
    tags: `${tableOf(schemaOf('AddressSchema'))}\n\n${TAG_FILE}`,
  };
}

export async function connectorReadmes(root: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const names = (await readdir(join(root, 'connectors'), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = `connectors/${name}/README.md`;
      const manifest: unknown = JSON.parse(await readFile(join(root, 'connectors', name, 'package.json'), 'utf8'));
      const module = (await import(pathToFileURL(join(root, 'node_modules', '@telltale', `connector-${name}`, 'dist', 'index.js')).href)) as Record<string, unknown>;
      return { path, text: fillBlocks(path, await readFile(join(root, path), 'utf8'), blocksOf(manifest, module)) };
    }),
  );
}
