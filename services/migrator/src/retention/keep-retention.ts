import { AuditRepository, type RegistryDatabase, type JsonDocument } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import { openRetentionBook, type LegalHold, type RetentionBook, type RetentionClass } from '@telltale/time-series';
import { historianUrl, openAsOwner, tenantOf } from '../owner-database.js';
import type { RetentionSettings } from './retention.settings.js';
import { namedTags } from './named-tags.js';

type Print = (line: string) => void;
const toStandardOutput: Print = (line) => void process.stdout.write(`${line}\n`);

interface Desk {
  readonly settings: RetentionSettings;
  readonly tenant: TenantContext;
  readonly registry: RegistryDatabase;
  readonly book: RetentionBook;
  readonly print: Print;
}

const ACTIONS: Readonly<Record<RetentionSettings['ACTION'], (desk: Desk) => Promise<void>>> = { show, class: setClass, assign, hold: placeHold, release: releaseHold };

/** Shows and changes how long a tenant's samples are kept, and its legal holds. Every change goes into the audit. */
export async function keepRetention(settings: RetentionSettings, print: Print = toStandardOutput): Promise<void> {
  const registry = await openAsOwner(settings);
  try {
    const tenant = await tenantOf(registry, settings);
    const book = openRetentionBook(await historianUrl(settings));
    try {
      await ACTIONS[settings.ACTION]({ settings, tenant, registry, book, print });
    } finally {
      await book.close();
    }
  } finally {
    await registry.close();
  }
}

const daysText = (days: number | null): string => (days === null ? 'for ever' : `${days} d`);
const thinText = (days: number | null): string => (days === null ? '' : `, thinned after ${days} d`);
const levelsText = (own: RetentionClass): string =>
  `samples ${daysText(own.rawDays)}${thinText(own.thinDays)}, minutes ${daysText(own.minuteDays)}, quarters ${daysText(own.quarterDays)}, hours ${daysText(own.hourDays)}`;

async function show({ tenant, book, print, settings }: Desk): Promise<void> {
  const [classes, holds] = [await book.classes(tenant), await book.holds(tenant)];
  if (!classes.some((own) => own.class === 'default')) print(`Tags of ${settings.TENANT} without a class are kept for ever.`);
  for (const own of classes) print(`Class ${own.class}: ${levelsText(own)}`);
  for (const own of await book.thinnedTags(tenant)) print(`Class ${own.class}: ${own.tags} tags with an error of ${own.thinError} at most when thinned`);
  for (const hold of holds) print(holdText(hold.holdId, hold));
}

async function setClass({ settings, tenant, book, registry, print }: Desk): Promise<void> {
  const { CLASS, THIN_DAYS, RAW_DAYS, MINUTE_DAYS, QUARTER_DAYS, HOUR_DAYS } = settings;
  const levels = [RAW_DAYS, MINUTE_DAYS, QUARTER_DAYS, HOUR_DAYS].map((days) => days ?? Infinity);
  if (levels.some((days, i) => days < (levels[i - 1] ?? 0)))
    throw new StartError('RETENTION_ORDER', `Class ${CLASS} would keep a coarser level shorter than a finer one`, 'Let RAW_DAYS, MINUTE_DAYS, QUARTER_DAYS and HOUR_DAYS grow in this order; one that is not set is for ever');
  if (THIN_DAYS !== undefined && THIN_DAYS >= (RAW_DAYS ?? Infinity))
    throw new StartError('RETENTION_ORDER', `Class ${CLASS} would thin samples that are gone`, 'Let THIN_DAYS be less than RAW_DAYS, or leave one of them out');
  const own = { class: CLASS, thinDays: THIN_DAYS ?? null, rawDays: RAW_DAYS ?? null, minuteDays: MINUTE_DAYS ?? null, quarterDays: QUARTER_DAYS ?? null, hourDays: HOUR_DAYS ?? null };
  await intended(registry, tenant, 'retention-class-set', { ...own });
  await book.setClass(tenant, own);
  print(`Class ${CLASS} of ${settings.TENANT}: ${levelsText(own)}`);
}

async function assign({ settings, tenant, book, registry, print }: Desk): Promise<void> {
  const { CLASS, TAGS, THIN_ERROR } = settings;
  if (TAGS === undefined) throw new StartError('TAGS_MISSING', `No tags are named for class ${CLASS}`, 'Give their paths in TAGS; tags that nobody assigns are in the class default');
  const known = (await book.classes(tenant)).find((own) => own.class === CLASS);
  if (known === undefined) throw new StartError('CLASS_UNKNOWN', `${settings.TENANT} has no class ${CLASS}`, 'Set it first with ACTION=class');
  if (THIN_ERROR !== undefined && known.thinDays === null)
    throw new StartError('CLASS_NOT_THINNED', `Class ${CLASS} thins nothing, so that a THIN_ERROR would do nothing`, 'Set its THIN_DAYS first with ACTION=class');
  const tags = await namedTags(registry, tenant, TAGS);
  await intended(registry, tenant, 'retention-class-assigned', { class: CLASS, tags: TAGS, count: tags.length, thinError: THIN_ERROR ?? null });
  await book.assign(tenant, tags.map(({ tagId }) => tagId), CLASS, THIN_ERROR);
  print(`${tags.length} tags of ${settings.TENANT} are in class ${CLASS}${THIN_ERROR === undefined ? '' : `, with an error of ${THIN_ERROR} at most when thinned`}`);
}

/** Beyond any sample, and a whole number for Postgres. */
const EVER_US = 2 ** 52;
const usOf = (text: string): number => Date.parse(text) * 1000;

async function placeHold({ settings, tenant, book, registry, print }: Desk): Promise<void> {
  const { TAGS, FROM, TO } = settings;
  const reason = reasonFor(settings);
  const tagIds = TAGS === undefined ? null : (await namedTags(registry, tenant, TAGS)).map(({ tagId }) => tagId);
  const hold: LegalHold = { tagIds, fromUs: FROM === undefined ? -EVER_US : usOf(FROM), toUs: TO === undefined ? EVER_US : usOf(TO), reason };
  if (hold.fromUs >= hold.toUs) throw new StartError('HOLD_TIME', 'The hold would end before it begins', 'Let FROM be before TO');
  await intended(registry, tenant, 'legal-hold-placed', { reason, tags: TAGS ?? null, from: FROM ?? null, to: TO ?? null });
  const { holdId, erasureBegunAtUs } = await book.placeHold(tenant, hold, Date.now() * 1000);
  print(holdText(holdId, hold));
  if (erasureBegunAtUs !== null) print(`An erasure of ${settings.TENANT} began at ${dayOf(erasureBegunAtUs)}; it stops now, and what it took until now is gone`);
}

async function releaseHold({ settings, tenant, book, registry, print }: Desk): Promise<void> {
  const reason = reasonFor(settings);
  const { HOLD } = settings;
  const known = (await book.holds(tenant)).find(({ holdId }) => holdId === HOLD);
  if (HOLD === undefined || known === undefined)
    throw new StartError('HOLD_UNKNOWN', HOLD === undefined ? 'No hold is named' : `${settings.TENANT} has no hold ${HOLD}`, 'Give its number in HOLD; ACTION=show lists them');
  await intended(registry, tenant, 'legal-hold-released', { holdId: HOLD, held: known.reason, reason });
  await book.releaseHold(tenant, HOLD);
  print(`Hold ${HOLD} of ${settings.TENANT} is released`);
}

function reasonFor({ REASON, ACTION }: RetentionSettings): string {
  if (REASON !== undefined) return REASON;
  throw new StartError('REASON_MISSING', `No reason is given for ACTION=${ACTION}`, 'Say why in REASON; it goes into the audit');
}

const dayOf = (us: number): string => new Date(us / 1000).toISOString();

function holdText(holdId: number, { tagIds, fromUs, toUs, reason }: LegalHold): string {
  const what = tagIds === null ? 'everything' : `${tagIds.length} tags`;
  const from = fromUs <= -EVER_US ? 'the first sample' : dayOf(fromUs);
  return `Hold ${holdId}: ${what} from ${from} to ${toUs >= EVER_US ? 'ever' : dayOf(toUs)} (${reason})`;
}

/** Before the change, which is in another schema: nothing may change without an entry, rather an entry without a change. */
const intended = async (registry: RegistryDatabase, tenant: TenantContext, action: string, detail: JsonDocument): Promise<void> => {
  await new AuditRepository(registry).append(tenant, { actorKind: 'platform', actorId: null, action, subject: `tenant ${tenant.tenantId}`, detail });
};
