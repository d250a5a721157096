import { z } from 'zod';
import type { BrowsedTag } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';

const browsedTag = z.object({
  path: z.string(), address: z.record(z.string(), z.unknown()), dataType: z.string(), unit: z.string().exactOptional(), meanings: z.record(z.string(), z.string()).exactOptional(),
});

/** What `--browse` printed earlier: one JSON object per line. Other lines (npm prints some) are left out. */
export function browsedTags(text: string, file: string): readonly BrowsedTag[] {
  const tags = text.split('\n').flatMap((line, index) => {
    if (!line.startsWith('{')) return [];
    const parsed = browsedTag.safeParse(parseJson(line));
    if (parsed.success) return [parsed.data];
    throw new StartError('SINCE_INVALID', `${file}:${index + 1} is no line that --browse printed`, 'Keep the output of a browse without --since: npm run -s connector -- … --browse … > earlier.ndjson');
  });
  if (tags.length > 0 || text.trim() === '') return tags;
  throw new StartError('SINCE_INVALID', `${file} holds no browsed node`, 'Keep the output of a browse without --since: npm run -s connector -- … --browse … > earlier.ndjson');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
