import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { NodeId, type ExtraDataTypeManager } from 'node-opcua-client';
import { DescribedEncodings } from './structure-types.js';

type Constructor = Awaited<ReturnType<ExtraDataTypeManager['getExtensionObjectConstructorFromBinaryEncodingAsync']>>;
const described = class {} as unknown as Constructor;
const encoding = new NodeId(1, 7, 2);
let asked: PromiseWithResolvers<Constructor>[] = [];
let manager: Pick<ExtraDataTypeManager, 'getExtensionObjectConstructorFromBinaryEncodingAsync'>;
const of = (): Promise<Constructor | string> => manager.getExtensionObjectConstructorFromBinaryEncodingAsync(encoding).catch(String);

beforeEach(() => {
  jest.useFakeTimers();
  asked = [];
  manager = {
    getExtensionObjectConstructorFromBinaryEncodingAsync: () => {
      const question = Promise.withResolvers<Constructor>();
      asked.push(question);
      return question.promise;
    },
  };
  new DescribedEncodings(manager);
});
afterEach(() => void jest.useRealTimers());

test('who asks while the server describes a type shares its answer', async () => {
  const both = Promise.all([of(), of()]);
  asked[0]?.resolve(described);
  expect(await both).toEqual([described, described]);
  expect(asked).toHaveLength(1);
});

test('a type that the server does not describe is not asked for again, for a minute', async () => {
  const first = of();
  asked[0]?.reject(new Error('no such type'));
  expect(await first).toContain('no such type');
  for (let value = 0; value < 100; value++) expect(await of()).toContain('no such type');
  expect(asked).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(61_000);
  // Nobody waits for the second answer.
  expect(await of()).toContain('no such type');
  expect(asked).toHaveLength(2);
});

test('a server that is late delays once; its answer is taken when it comes', async () => {
  const first = of();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await first).toContain('deadline');
  expect(await of()).toContain('deadline');
  expect(asked).toHaveLength(1);
  asked[0]?.resolve(described);
  await jest.advanceTimersByTimeAsync(0);
  const later = of();
  asked[1]?.resolve(described);
  expect(await later).toBe(described);
});
