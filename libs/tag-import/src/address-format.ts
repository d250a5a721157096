import { z } from 'zod';
import { readNumber, readTruth, readText, type Reading } from './cell-reading.js';
import type { CellGroup } from './tag-file.js';

/** Any JSON object; an address as the registry keeps it. */
export type AddressDocument = { [key: string]: unknown };

export interface AddressIssue {
  /** Below the address, e.g. `register` or `deadband.kind`; empty for the address as a whole. */
  readonly field: string;
  readonly what: string;
  readonly remedy: string;
}

export type AddressReading =
  | { readonly ok: true; readonly address: AddressDocument }
  | { readonly ok: false; readonly issues: readonly AddressIssue[] };

type FieldKind = 'text' | 'number' | 'truth' | 'other';
interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly description?: string;
}

/** How one connector's addresses are written; knows its schema and no protocol. */
export class AddressFormat {
  /** Field names below the address, in the order of the schema. */
  readonly fields: readonly string[];
  private readonly kinds: ReadonlyMap<string, FieldKind>;

  constructor(
    readonly connector: string,
    private readonly schema: z.ZodType,
  ) {
    const described: JsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    this.kinds = new Map(leaves(described, ''));
    this.fields = [...this.kinds.keys()];
  }

  /** From cells to an address, with every issue that the connector's schema raises. */
  read(group: CellGroup, decimalComma: boolean): AddressReading {
    if (group.kind === 'value') return this.check(group.value);
    const issues: AddressIssue[] = [];
    const address: AddressDocument = {};
    for (const [field, text] of group.cells) {
      if (field.split('.').some((step) => step === '__proto__' || step === 'constructor' || step === 'prototype')) {
        issues.push({ field, what: `An address of ${this.connector} has no field ${field}`, remedy: 'Remove the column.' });
        continue;
      }
      const value = this.typed(field, text, decimalComma);
      if (value.ok) place(address, field.split('.'), value.value);
      else issues.push({ field, what: value.what, remedy: value.remedy });
    }
    const checked = this.check(address);
    // A field that could not be read is missing for the schema: it is told once.
    const told = new Set(issues.map(({ field }) => field));
    if (!checked.ok) issues.push(...checked.issues.filter(({ field }) => !told.has(field)));
    return issues.length === 0 ? { ok: true, address } : { ok: false, issues };
  }

  /** The address as the connector understands it, defaults filled in: two texts with one meaning are equal here. */
  meaning(address: AddressDocument): unknown {
    const parsed = this.schema.safeParse(address);
    return parsed.success ? parsed.data : address;
  }

  private check(value: unknown): AddressReading {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false, issues: [{ field: '', what: 'The address is no object', remedy: `Give the fields ${this.fields.join(', ')}.` }] };
    }
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return { ok: true, address: { ...value } };
    return { ok: false, issues: parsed.error.issues.flatMap((issue) => this.told(issue)) };
  }

  private told(issue: z.core.$ZodIssue): AddressIssue[] {
    const field = issue.path.join('.');
    const within = field === '' ? '' : `${field}.`;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: `${within}${key}`, what: `An address of ${this.connector} has no field ${within}${key}`, remedy: `Leave it empty. It has ${this.fields.join(', ')}.` }));
    }
    const isMissing = issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message);
    if (isMissing) return [{ field, what: `An address of ${this.connector} needs ${field}`, remedy: 'Fill it in.' }];
    return [{ field, what: `${field || 'The address'} ${sentence(issue.message)}`, remedy: `Correct it; the README of the connector ${this.connector} lists every field.` }];
  }

  private typed(field: string, text: string, decimalComma: boolean): Reading<unknown> {
    switch (this.kinds.get(field)) {
      case 'number':
        return readNumber(text, decimalComma);
      case 'truth':
        return readTruth(text);
      case 'other':
        return readJson(text);
      default:
        return readText(text, 4_096);
    }
  }
}

const sentence = (message: string): string => (/^[A-Z]/.test(message) ? `is not right: ${message}` : message);

function readJson(text: string): Reading<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: true, value: text };
  }
}

function place(target: AddressDocument, steps: readonly string[], value: unknown): void {
  const [first = '', ...rest] = steps;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const below: AddressDocument = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
  place(below, rest, value);
  target[first] = below;
}

function leaves(schema: JsonSchema, prefix: string): [string, FieldKind][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]): [string, FieldKind][] => {
    const field = `${prefix}${name}`;
    if (inner.properties !== undefined) return leaves(inner, `${field}.`);
    return [[field, kindOf(inner.type)]];
  });
}

function kindOf(type: unknown): FieldKind {
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'truth';
  return type === 'string' ? 'text' : 'other';
}
