import { useEffect, useState } from 'react';
import { useSubscription } from 'urql';
import type { LatestPartsFragment } from '../generated/graphql';
import { LiveValuesDocument } from './live-values.documents';

export type LiveMap = ReadonlyMap<string, LatestPartsFragment>;

/** The newest value per tag id, on top of what the page's query gave. */
export function useLiveValues(tagIds: readonly string[]): LiveMap {
  const [values, setValues] = useState<LiveMap>(new Map());
  const key = tagIds.join(' ');
  useEffect(() => setValues(new Map()), [key]);
  useSubscription({ query: LiveValuesDocument, variables: { tagIds: [...tagIds] }, pause: tagIds.length === 0 }, (_, message) => {
    setValues((before) => new Map([...before, ...message.liveValues.map((value) => [value.tagId, value] as const)]));
    return message;
  });
  return values;
}
