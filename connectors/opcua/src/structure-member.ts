import { DataType } from 'node-opcua-client';
import type { MemberPath } from './member-path.js';

/** A value with its type, as the driver decoded it. */
export interface TypedValue {
  readonly dataType: DataType;
  readonly raw: unknown;
  readonly isArray: boolean;
}

/** A member of a structure as the server describes it (Part 3 §8.48). */
export interface StructureField {
  /** The property of the decoded object: the driver may put the first letter into lower case. */
  readonly name: string;
  readonly originalName: string;
  readonly fieldType: string;
  readonly isArray?: boolean;
  readonly category?: string;
  readonly basicDataType?: number;
}

interface StructureSchema {
  readonly fields: readonly StructureField[];
  getBaseSchema?(): StructureSchema | null;
}

const known = new WeakMap<object, readonly StructureField[]>();

/** Members of a decoded structure, inherited ones first; none when the server does not describe it. */
export function fieldsOf(structure: unknown): readonly StructureField[] {
  const { schema } = Object(structure) as { readonly schema?: StructureSchema };
  return schema === undefined ? [] : fieldsOfSchema(schema);
}

function fieldsOfSchema(schema: StructureSchema): readonly StructureField[] {
  const present = known.get(schema);
  if (present) return present;
  const base = schema.getBaseSchema?.();
  // Whether a schema repeats what it inherits depends on the server.
  const fields = [...new Map([...(base ? fieldsOfSchema(base) : []), ...schema.fields].map((field) => [field.name, field])).values()];
  known.set(schema, fields);
  return fields;
}

/** Follows a way into a decoded structure; a sentence when it leads nowhere. An absent optional member is Null. */
export function memberOf(structure: unknown, path: MemberPath): TypedValue | string {
  let at: TypedValue = { dataType: DataType.ExtensionObject, raw: structure, isArray: false };
  for (const step of path) {
    if (at.raw === undefined || at.raw === null) return { dataType: DataType.Null, raw: undefined, isArray: false };
    const next = typeof step === 'number' ? elementAt(at, step) : fieldAt(at, step);
    if (typeof next === 'string') return next;
    at = next;
  }
  return at;
}

function elementAt({ dataType, raw, isArray }: TypedValue, index: number): TypedValue | string {
  const elements = Object(raw) as ArrayLike<unknown>;
  if (!isArray) return `there is no array before [${index}]`;
  if (index >= elements.length) return `the array has no element [${index}], only ${elements.length}`;
  return { dataType, raw: elements[index], isArray: false };
}

function fieldAt({ raw, isArray }: TypedValue, name: string): TypedValue | string {
  if (isArray) return `before ".${name}" an element of the array must be named, such as [0]`;
  const fields = fieldsOf(raw);
  if (fields.length === 0) return `the server describes no structure with a member "${name}"`;
  const field = fields.find(({ originalName }) => originalName === name) ?? fields.find((one) => one.name === name);
  if (field === undefined) return `there is no member "${name}", only ${listed(fields)}`;
  return typedOf(Object(raw)[field.name], field);
}

const MOST_LISTED = 20;
export const listed = (fields: readonly StructureField[]): string =>
  `${fields.slice(0, MOST_LISTED).map(({ originalName }) => originalName).join(', ')}${fields.length > MOST_LISTED ? ' …' : ''}`;

function typedOf(raw: unknown, field: StructureField): TypedValue {
  // A member of any type brings its own.
  const { dataType, value, arrayType } = Object(raw) as { readonly dataType?: DataType; readonly value?: unknown; readonly arrayType?: number };
  if (field.fieldType === 'Variant' && dataType !== undefined) return { dataType, raw: value, isArray: arrayType !== 0 };
  return { dataType: raw === undefined || raw === null ? DataType.Null : typeOfField(field), raw, isArray: field.isArray === true };
}

/** The built-in type on the wire: that of an enumeration is Int32, of a derived type (Duration, UtcTime …) its base (Part 6 §5.2.2). */
export function typeOfField({ fieldType, category, basicDataType }: StructureField): DataType {
  if (category === 'enumeration') return DataType.Int32;
  if (category === 'complex') return DataType.ExtensionObject;
  const named = DataType[fieldType as keyof typeof DataType];
  return named ?? (basicDataType as DataType | undefined) ?? DataType.ExtensionObject;
}
