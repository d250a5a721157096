// `npm run chaos -- historian`: SIGKILL to the historian and to a durable Postgres, at random instants and at exact statements.
// Usage: historian.mts <rounds> <seed> [fault,…]
import { setTimeout as pause } from 'node:timers/promises';
import type { Verdict } from './exactly-once.mts';
import { FAULTS, stepName, type KillPlan } from './historian-faults.mts';
import { HistorianRoom } from './historian-room.mts';
import { leaveMergeWork } from './merge-work.mts';
import { seededRandom } from './seeded-random.mts';
import type { SeenStatement } from './statement-relay.mts';

const [rounds = 200, seed = 1] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4] ?? '';
const names = Object.keys(FAULTS).filter((name) => only === '' || only.split(',').includes(name));
if (names.length === 0) throw new Error(`There is no fault "${only}": use one of ${Object.keys(FAULTS).join(', ')}.`);
/** Told in the result; only far beyond the promised 30 s does it end the run, because a busy machine is slow in everything. */
const RECOVER_WITHIN_MS = 150_000;
const STRIKE_WITHIN_MS = 60_000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const random = seededRandom(seed);
const room = await HistorianRoom.open(random, say);
const struck = new Map<string, number>();
const recoveries: number[] = [];
const problems: string[] = [];
const count = { lost: 0, duplicated: 0, missed: 0, historianKills: 0, postgresKills: 0 };
let mostMb = 0;

function kill({ victims }: KillPlan): void {
  for (const victim of victims) {
    if (victim === 'historian') room.historian.kill();
    else room.postgres.kill();
    count[`${victim}Kills`]++;
  }
}

/** Where it struck; undefined when the statement never came. */
async function strike(plan: KillPlan): Promise<string | undefined> {
  const { at } = plan;
  if (at === undefined) {
    await pause(random.below(1_200));
    kill(plan);
    return 'any time';
  }
  const seen = await new Promise<SeenStatement | undefined>((done) => {
    const late = setTimeout(() => {
      room.relay.disarm();
      done(undefined);
    }, STRIKE_WITHIN_MS);
    room.relay.arm({
      ...at,
      act: (statement) => {
        clearTimeout(late);
        kill(plan);
        done(statement);
      },
    });
  });
  return seen && `${at.moment} ${stepName(seen)}`;
}

async function round(number: number): Promise<void> {
  const name = names[number % names.length] ?? '';
  const plan = FAULTS[name]?.(random);
  if (plan === undefined) return;
  if (plan.needsMergeWork) {
    await room.killHistorianForGood();
    await leaveMergeWork(room.postgres.urls, room.archive, number, room.startUs);
    room.supervise();
  }
  const where = await strike(plan);
  if (where === undefined) count.missed++;
  else struck.set(`${name}: ${where}`, (struck.get(`${name}: ${where}`) ?? 0) + 1);
  if (plan.victims.includes('postgres') && where !== undefined) await room.postgres.restart();
  recoveries.push(await room.flowsAgain(RECOVER_WITHIN_MS));
  mostMb = Math.max(mostMb, room.historian.rssMb());
  const { lost, duplicated, remarks } = await room.weigh();
  count.lost += lost;
  count.duplicated += duplicated;
  problems.push(...remarks.map((remark) => `Round ${number + 1} (${name}): ${remark}`));
  if (number % 10 === 9 || number + 1 === rounds || lost + duplicated > 0)
    say(`${number + 1}/${rounds}: lost ${count.lost}, duplicated ${count.duplicated}, last ${name} (${where ?? 'missed'}), flow again after ${recoveries.at(-1)?.toFixed(1)} s`);
}

let end: Verdict = { lost: 0, duplicated: 0, unexpected: 0, remarks: [] };
try {
  for (let number = 0; number < rounds; number++) await round(number);
  end = await room.conclude();
  const quarantined = await room.quarantined();
  if (quarantined > 0) problems.push(`${quarantined} good batches are in quarantine.`);
} catch (error) {
  problems.push(`${error instanceof Error ? error.message : String(error)} The historian said: ${room.historian.said.slice(-600)}`);
}
await room.close();

problems.push(...end.remarks);
for (const name of names.slice(0, recoveries.length))
  if (![...struck.keys()].some((where) => where.startsWith(`${name}: `))) problems.push(`No round of "${name}" ever struck: its statement did not come. Compare historian-faults.mts with the SQL of libs/time-series.`);
for (const [where, times] of [...struck].toSorted(([a], [b]) => a.localeCompare(b))) say(`  ${String(times).padStart(4)} × ${where}`);
for (const problem of problems.slice(0, 20)) say(`PROBLEM: ${problem}`);
const { lost, duplicated, ...others } = count;
const result = {
  chaos: 'historian', rounds, seed, lost: lost + end.lost, duplicated: duplicated + end.duplicated, unexpected: end.unexpected, problems: problems.length,
  ...others, ...room.totals, starts: room.starts, recoveredWithinS: Number(Math.max(0, ...recoveries).toFixed(1)), historianMb: Math.round(mostMb),
};
say(JSON.stringify(result));
process.exitCode = result.lost + result.duplicated + result.unexpected + result.problems === 0 && result.missed <= rounds / 10 ? 0 : 1;
