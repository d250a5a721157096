/** Way into a structure: names of members and, within arrays, indices. */
export type MemberPath = readonly (string | number)[];

const NAME = String.raw`[^.[\]]+(?:\[\d{1,9}\])*`;
const WHOLE = new RegExp(String.raw`^${NAME}(?:\.${NAME})*$`);
const STEP = /([^.[\]]+)|\[(\d+)\]/g;

/** `Motor.Axes[2].Position` as `['Motor', 'Axes', 2, 'Position']`; undefined when it is no such way. */
export function parseMemberPath(text: string): MemberPath | undefined {
  if (!WHOLE.test(text)) return undefined;
  return [...text.matchAll(STEP)].map(([, name, index]) => name ?? Number(index));
}
