import type { z } from 'zod';

/**
 * The default export of `./address` in a connector's package.json: what `parseAddress` takes, without the driver. The platform
 * checks addresses with it before a gateway sees them, and makes the columns of tag files from its fields and descriptions.
 */
export type AddressSchema = z.ZodType;

/** Told by what it can do: a connector from another folder may bring its own copy of zod. */
export function isAddressSchema(value: unknown): value is AddressSchema {
  return typeof Reflect.get(Object(value), 'safeParse') === 'function' && typeof Reflect.get(Object(value), '_zod') === 'object';
}
