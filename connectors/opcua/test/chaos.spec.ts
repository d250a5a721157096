// A handful of rounds here. The long run is `npm run chaos -- opcua`; TELLTALE_CHAOS_FAULT keeps to one fault.
import { expect, test } from '@jest/globals';
import { Chaos, FAULTS, summary, type Round } from './chaos.js';

const asked = Number(process.env['TELLTALE_CHAOS_ROUNDS'] ?? 0);
const seed = Number(process.env['TELLTALE_CHAOS_SEED'] ?? 1);
const wanted = process.env['TELLTALE_CHAOS_FAULT'] ?? '';
const only = FAULTS.find((fault) => fault === wanted);
if (wanted !== '' && only === undefined) throw new Error(`There is no fault "${wanted}": use one of ${FAULTS.join(', ')}.`);
const HANDFUL = ['kill', 'freeze', 'cable cut', 'certificate swapped'] as const;

test(
  'no fault of the plant needs a restart of the connector',
  async () => {
    const chaos = await Chaos.start(seed);
    const rounds: Round[] = [];
    let opened = 0;
    try {
      if (asked === 0) for (const fault of HANDFUL) rounds.push(await chaos.round(fault));
      for (let round = 0; round < asked; round++) {
        // The first rounds take every fault once.
        rounds.push(await chaos.round(only ?? FAULTS[round]));
        const last = rounds.at(-1);
        process.stdout.write(`${round + 1}/${asked} ${last?.fault}: ${last?.backS.toFixed(2)} s, ${last?.gaps} gap(s) ${last?.problems.join('; ')}\n`);
      }
      opened = chaos.opened;
    } finally {
      if (asked > 0) process.stdout.write(`${summary(rounds)}\n`);
      await chaos.dispose();
    }
    expect(opened).toBe(1);
    expect(Chaos.abandonedClients()).toBe(0);
    const backS = rounds.map((round) => round.backS).toSorted((a, b) => a - b);
    expect(rounds.flatMap(({ fault, problems }) => problems.map((problem) => `${fault}: ${problem}`))).toEqual([]);
    expect(rounds.reduce((sum, { untrustedSamples }) => sum + untrustedSamples, 0)).toBe(0);
    expect(backS[Math.floor((backS.length - 1) * 0.95)]).toBeLessThanOrEqual(5);
  },
  Math.max(180_000, asked * 60_000),
);
