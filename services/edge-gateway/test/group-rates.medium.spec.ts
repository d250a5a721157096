import { expect, test } from '@jest/globals';
import { GatewayStatus } from '@telltale/ingest-contract';
import { createLogger } from '@telltale/service-runtime';
import modbusConnector from '../../../connectors/modbus/src/index.js';
import { SimulatedDevice } from '../../../connectors/modbus/test/simulated-device.js';
import { EndpointHost } from '../src/endpoint/endpoint.host.js';
import { EndpointJournal } from '../src/endpoint/endpoint-journal.js';
import { eventually, inFolder } from './gateway-room.js';

test('the status tells the achieved beside the asked rate of each slave, and why it is less', async () => {
  await inFolder(async (storageDir) => {
    const device = await new SimulatedDevice((unit) => unit).start();
    device.deadUnits.add(2);
    const journal = new EndpointJournal(
      { endpointId: 1, keepsHistory: false, appliesDeadband: true, bookmarks: new Map() },
      { add: () => undefined, declare: () => undefined, plan: () => ({}), flush: () => undefined },
    );
    const tags = [1, 2, 3].map((unit) => ({ tagId: unit, tagPath: `line/unit-${unit}`, address: { unit, table: 'holding', register: 0 }, scanIntervalMs: 100 }));
    const host = new EndpointHost(
      { endpointId: 1, name: 'Line', connector: 'modbus', settings: { ...device.settings, requestTimeoutMs: 60 }, backfillDays: 0, tags },
      { manifest: { type: 'modbus', title: 'Modbus', capabilities: ['poll'], maturity: 'beta' }, folder: storageDir, factory: modbusConnector },
      journal,
      { logger: createLogger('test', 'silent'), storageDir, nowUs: () => Date.now() * 1000, secret: () => '' },
    );
    host.start();
    try {
      await eventually('the silent slave is named', () => host.report().groups?.[0]?.code === 'modbus.unit-silent');
      const [report] = GatewayStatus.shape.endpoints.parse([host.report()]);
      const groups = report?.groups ?? [];
      expect(groups).toHaveLength(3);
      expect(groups[0]).toMatchObject({ group: 'unit 2, every 100 ms', tags: 1, askedPerSecond: 10, achievedPerSecond: 0 });
      // The silent slave's bad values count for nothing in the whole either.
      expect([report?.askedPerSecond, (report?.achievedPerSecond ?? 30) <= 20]).toEqual([30, true]);
      for (const { askedPerSecond, achievedPerSecond } of groups.slice(1)) expect(achievedPerSecond).toBeGreaterThan(askedPerSecond / 2);
    } finally {
      await host.stop();
      await device.stop();
    }
  });
});
