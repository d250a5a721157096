import assert from 'node:assert/strict';
import { ConfigurationError, ConnectorError, TemporaryError } from '../connector.errors.js';
import { ConformanceRun } from './conformance-run.js';
import type { ConformanceCase, ConformanceDevice, ConformanceSubject, InvalidInput } from './conformance-subject.js';
import { eventually, pause, RecordingHost } from './recording-host.js';

type Run = (subject: ConformanceSubject) => Promise<void>;

const isBad = (status: number): boolean => status >>> 31 === 1;

function assertClear(error: unknown, where: string): asserts error is ConnectorError {
  assert.ok(error instanceof ConnectorError, `${where}: not a ConnectorError but ${String(error)}`);
  assert.match(error.code, /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/, `${where}: the code is dotted lower case`);
  assert.ok(error.remedy.length >= 10, `${where}: the remedy says what to do`);
  assert.ok(!error.message.includes('\n'), `${where}: the message is one line`);
}

function assertRefused(inputs: readonly InvalidInput[], parse: (raw: unknown) => unknown): void {
  assert.ok(inputs.length > 0, 'the subject brings invalid inputs');
  for (const { name, raw } of inputs) {
    try {
      parse(raw);
    } catch (error) {
      assertClear(error, name);
      assert.ok(error instanceof ConfigurationError, `${name}: is a ConfigurationError`);
      continue;
    }
    assert.fail(`${name}: was accepted`);
  }
}

async function withDevice(subject: ConformanceSubject, work: (device: ConformanceDevice) => Promise<void>): Promise<void> {
  const device = await subject.startDevice();
  try {
    await work(device);
  } finally {
    await device.dispose();
  }
}

async function withRun(subject: ConformanceSubject, tagIds: readonly number[], work: (run: ConformanceRun) => Promise<void>): Promise<void> {
  await withDevice(subject, async (device) => {
    const run = new ConformanceRun(subject, device);
    try {
      await run.open(tagIds);
      await work(run);
      assert.deepEqual(run.pollFaults, [], 'every poll answers every asked tag exactly once');
    } finally {
      await run.close();
      run.host.dispose();
    }
  });
}

async function deadPort(subject: ConformanceSubject): Promise<void> {
  await withDevice(subject, async (device) => {
    const run = new ConformanceRun(subject, device, subject.deadSettings);
    try {
      await run.setTags([1]);
      await run.connector.open();
      assert.fail('open resolved although nobody listens');
    } catch (error) {
      assertClear(error, 'dead port');
      assert.ok(error instanceof TemporaryError, `the host must retry, so it is a TemporaryError: ${error.message}`);
    } finally {
      await run.close();
      run.host.dispose();
    }
  });
}

async function everyTagAnswers(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 2, 3, 0], async (run) => {
    for (const tagId of [0, 1, 2, 3]) {
      await eventually(`tag ${tagId} has an observation`, run.dataWithinMs, () => run.host.of(tagId).length > 0);
    }
  });
}

async function followsTheDevice(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 2], async (run) => {
    for (let value = 101; value <= 105; value++) {
      run.device.set(0, value);
      await run.value(1, value);
      await pause(run.scanIntervalMs);
    }
    const values = run.host.of(1).filter(({ value }) => value >= 101).map(({ value }) => value);
    assert.deepEqual(values, values.toSorted((a, b) => a - b), 'values arrive in the order of the device');
    const times = run.host.of(1).map(({ sourceTimeUs }) => sourceTimeUs).filter((time) => time !== undefined);
    assert.deepEqual(times, times.toSorted((a, b) => a - b), 'source times never go back');
    for (const time of times) assert.ok(Number.isInteger(time) && Math.abs(time - run.host.now()) < 60e6, `${time} is µs of now`);
  });
}

async function badTagIsolated(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 0, 2], async (run) => {
    run.device.set(0, 11);
    run.device.set(1, 12);
    await run.value(1, 11);
    await run.value(2, 12);
    await eventually('the missing tag answers', run.dataWithinMs, () => run.host.of(0).length > 0);
    for (const seen of run.host.of(0)) {
      assert.ok(isBad(seen.status), `the missing tag is bad, not 0x${seen.status.toString(16)}`);
      assert.ok(Number.isNaN(seen.value), 'the missing tag has no value');
    }
  });
}

async function notANumber(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 2], async (run) => {
    assert.ok(run.device.setNotANumber, 'the device can give "not a number" (or the case is waived)');
    run.device.set(1, 5);
    await run.value(2, 5);
    run.device.setNotANumber(0);
    await eventually('the tag without a number is bad', run.dataWithinMs, () => run.host.of(1).some(({ status }) => isBad(status)));
    for (const seen of run.host.observations) {
      assert.ok(Number.isFinite(seen.value) || isBad(seen.status), 'a value that is no number is bad');
    }
  });
}

async function replacesTags(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 2], async (run) => {
    run.device.set(0, 21);
    await run.value(1, 21);
    const before = run.device.openConnections();
    const states = run.host.states.filter(({ kind }) => kind === 'disconnected').length;
    await run.setTags([1, 2]);
    await run.setTags([1, 3]);
    await run.setTags([1, 3]);
    run.device.set(0, 22);
    run.device.set(2, 23);
    await run.value(1, 22);
    await run.value(3, 23);
    assert.equal(run.device.openConnections(), before, 'the connection is the same');
    assert.equal(run.host.states.filter(({ kind }) => kind === 'disconnected').length, states, 'no disconnect');
    await pause(run.scanIntervalMs * 2);
    const removedAt = run.host.now();
    run.device.set(1, 24);
    await pause(run.scanIntervalMs * 4);
    assert.equal(run.host.of(2).filter(({ emittedUs }) => emittedUs > removedAt).length, 0, 'a removed tag is silent');
  });
}

/** Subscribing connectors declare the gap; polled ones answer every poll of it with a bad status. */
async function declaresOutage(subject: ConformanceSubject): Promise<void> {
  await withRun(subject, [1, 2], async (run) => {
    let value = 1;
    const beat = setInterval(() => run.device.set(0, value++), run.scanIntervalMs);
    try {
      await eventually('the tag moves', run.dataWithinMs, () => run.host.of(1).filter(({ value: seen }) => seen > 1).length >= 3);
      const downUs = run.host.now();
      await run.device.stop();
      await pause(2_500);
      await run.device.start();
      const upUs = run.host.now();
      await eventually('good data after the outage', run.dataWithinMs, () =>
        run.host.of(1).some((seen) => seen.emittedUs > upUs && seen.status >>> 30 === 0),
      );
      await pause(run.scanIntervalMs * 4);
      if (run.connector.poll) {
        const during = run.host.observations.filter(({ emittedUs }) => emittedUs > downUs + 500_000 && emittedUs < upUs);
        assert.ok(during.length > 0, 'polls go on during the outage');
        assert.ok(during.every(({ status }) => isBad(status)), 'polls during the outage are bad');
      } else {
        assert.equal(run.host.gaps.length, 1, `one gap, not ${JSON.stringify(run.host.gaps)}`);
        const gap = run.host.gaps[0];
        assert.ok(gap && Math.abs(gap.fromUs - downUs) <= 1_000_000, `starts within 1 s of the outage: ${((gap?.fromUs ?? 0) - downUs) / 1e6} s`);
        const firstAfter = run.host.of(1).find((seen) => seen.emittedUs > upUs && seen.status >>> 30 === 0);
        const backUs = firstAfter?.sourceTimeUs ?? 0;
        assert.ok(Math.abs(gap.toUs - backUs) <= 1_000_000, `ends within 1 s of the first value: ${(gap.toUs - backUs) / 1e6} s`);
        assert.deepEqual(gap.tagIds.toSorted((a, b) => a - b), [1, 2], 'concerns the tags of the endpoint');
        assert.ok(gap.fromUs < gap.toUs && gap.reason.length > 10, 'is ordered and explained');
      }
    } finally {
      clearInterval(beat);
    }
  });
}

async function closeReleases(subject: ConformanceSubject): Promise<void> {
  await withDevice(subject, async (device) => {
    const before = process.getActiveResourcesInfo().length;
    const run = new ConformanceRun(subject, device);
    await run.open([1, 2]);
    device.set(0, 31);
    await run.value(1, 31);
    assert.ok(device.openConnections() > 0, 'it was connected');
    await run.close();
    await run.close();
    await eventually('the device sees no connection', 3_000, () => device.openConnections() === 0);
    const seen = run.host.observations.length;
    device.set(0, 32);
    await pause(Math.max(300, run.scanIntervalMs * 3));
    assert.equal(run.host.observations.length, seen, 'a closed connector is silent');
    await eventually(`no more open handles than before (${before})`, 3_000, () => process.getActiveResourcesInfo().length <= before + 1);
    run.host.dispose();
  });
}

async function opensAgain(subject: ConformanceSubject): Promise<void> {
  await withDevice(subject, async (device) => {
    const first = new ConformanceRun(subject, device);
    await first.open([1]);
    device.set(0, 41);
    await first.value(1, 41);
    await first.close();
    const second = new ConformanceRun(subject, device, device.settings, first.host.storageDir);
    await second.open([1, 2]);
    device.set(0, 42);
    await second.value(1, 42);
    await second.close();
    second.host.dispose();
  });
}

async function probes(subject: ConformanceSubject): Promise<void> {
  await withDevice(subject, async (device) => {
    const check = async (settings: unknown): Promise<{ ok: boolean; message: string }> => {
      const host = new RecordingHost(device.secrets);
      const connector = subject.factory.create(subject.factory.parseSettings(settings), host);
      try {
        return await connector.probe();
      } finally {
        await connector.close();
        host.dispose();
      }
    };
    const good = await check(device.settings);
    assert.ok(good.ok, `the device is there: ${good.message}`);
    const bad = await check(subject.deadSettings);
    assert.ok(!bad.ok && bad.message.length > 10, 'nobody is there, said in a sentence');
  });
}

export const runs: Readonly<Record<ConformanceCase, Run>> = {
  'invalid settings are configuration errors': async ({ factory, invalidSettings }) => assertRefused(invalidSettings, (raw) => factory.parseSettings(raw)),
  'invalid addresses are configuration errors': async ({ factory, invalidAddresses }) => assertRefused(invalidAddresses, (raw) => factory.parseAddress(raw)),
  'a dead port is a temporary error': deadPort,
  'every asked tag answers': everyTagAnswers,
  'values and source times follow the device': followsTheDevice,
  'a bad tag is isolated': badTagIsolated,
  'not a number is never good': notANumber,
  'replacing the tags keeps the connection': replacesTags,
  'an outage is declared once and heals': declaresOutage,
  'close releases everything': closeReleases,
  'a closed endpoint can be opened again': opensAgain,
  'probe tells good from bad': probes,
};
