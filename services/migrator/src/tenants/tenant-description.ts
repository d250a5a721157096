import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { isSlug } from '@telltale/equipment-model';
import { StartError } from '@telltale/service-runtime';

const accepted = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

const slug = z.string().refine(isSlug, 'use a-z, 0-9 and single hyphens between them');
const name = z.string().trim().min(1).max(200);

/** An enterprise with its sites, their gateways, and the person who goes on from there. */
export const TenantDescription = z.strictObject({
  tenant: z.strictObject({
    slug,
    name,
    currency: z.string().regex(/^[A-Z]{3}$/, 'use an ISO 4217 code such as EUR'),
    locale: z
      .string()
      .refine((tag) => accepted(() => Intl.getCanonicalLocales(tag)), 'use a language tag such as en or de-AT'),
  }),
  sites: z
    .array(
      z.strictObject({
        slug,
        name,
        timeZone: z
          .string()
          .refine(
            (timeZone) => accepted(() => new Intl.DateTimeFormat('en', { timeZone })),
            'use an IANA name such as Europe/Berlin',
          ),
        gateways: z.array(name).default([]),
      }),
    )
    .min(1),
  admin: z.strictObject({ email: z.email(), name }),
});
export type TenantDescription = z.infer<typeof TenantDescription>;

const REMEDY = 'Correct TENANT_FILE; services/migrator/README.md shows one';

/** Reads and checks the description; `-` is standard input. Throws StartError. */
export async function readTenantDescription(file: string): Promise<TenantDescription> {
  const json = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((cause: unknown) => {
    throw new StartError('TENANT_FILE_MISSING', `The description of the tenant can't be read from ${file}`, REMEDY, {
      cause,
    });
  });
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new StartError('TENANT_FILE_INVALID', 'The description of the tenant is no JSON', REMEDY, { cause });
  }
  const parsed = TenantDescription.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new StartError(
    'TENANT_FILE_INVALID',
    `The description of the tenant is wrong (${problems.join('; ')})`,
    REMEDY,
  );
}
