import { expect, test } from '@jest/globals';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import connector from './index.js';
import type { QueueLosses } from './queue-losses.js';

interface Inside {
  readonly losses: QueueLosses;
  tick(link: object, state: undefined): Promise<void>;
  lost(reason: string, code: string): void;
}

function withWaitingLoss(host: RecordingHost): Inside {
  const made = connector.create(connector.parseSettings({ endpointUrl: 'opc.tcp://localhost:1/plc', identity: { kind: 'anonymous' } }), host) as unknown as Inside;
  const atMs = performance.now() - 11_000;
  made.losses.take([{ tagId: 1, fromUs: 1_000_000, toUs: 2_000_000 }], undefined, atMs);
  made.losses.take([{ tagId: 1, fromUs: 3_000_000, toUs: 4_000_000 }], undefined, atMs + 1_000);
  return made;
}

test('losses that wait are declared although the server refuses the regular work, and when the connection breaks', async () => {
  const host = new RecordingHost({});
  const session = { read: () => Promise.reject(new Error('BadTooManyOperations')) };
  await expect(withWaitingLoss(host).tick({ session, certificateEnds: {} }, undefined)).rejects.toThrow('BadTooManyOperations');
  expect(host.gaps).toMatchObject([{ tagIds: [1], fromUs: 3_000_000, toUs: 4_000_000 }]);
  withWaitingLoss(host).lost('The connection to the server broke.', 'opcua.connection-lost');
  expect(host.gaps).toHaveLength(2);
  host.dispose();
});
