import { TagRepository, type RegistryDatabase, type Tag } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';

/** Tags by their paths, separated by commas; a path that ends with * names all that begin so. Throws StartError when one names none. */
export async function namedTags(registry: RegistryDatabase, tenant: TenantContext, text: string): Promise<readonly Pick<Tag, 'tagId' | 'path'>[]> {
  const all = await new TagRepository(registry).paths(tenant);
  const found = new Map<number, Pick<Tag, 'tagId' | 'path'>>();
  for (const name of text.split(',').map((part) => part.trim())) {
    const own = all.filter(({ path }) => (name.endsWith('*') ? path.startsWith(name.slice(0, -1)) : path === name));
    if (name === '' || own.length === 0) throw new StartError('TAG_UNKNOWN', `No tag has the path ${name === '' ? '(empty)' : name}`, 'Correct TAGS: full paths, separated by commas, a * only at the end');
    for (const tag of own) found.set(tag.tagId, tag);
  }
  return [...found.values()];
}
