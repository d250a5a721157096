import { z } from 'zod';

const JsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});

/** What a bookmark of the spool says; undefined for a torn one, which must never keep the gateway from starting. */
export const bookmarkAs = <S extends z.ZodType>(schema: S, text: string): z.output<S> | undefined => JsonText.pipe(schema).safeParse(text).data;
