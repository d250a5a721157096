import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { TagImportPlan, TagFileFormat as FileFormat } from '@telltale/tag-import';
import { badArgument } from '../graphql/api.error.js';
import { ADMINISTRATORS, Allow, CurrentViewer } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { SiteAccess } from '../plant/site-access.js';
import { TagImporter } from './tag-importer.js';
import { MissingTags, TagChange, TagFile, TagFileFormat, TagImport, TagImportProblem, TagImportRow } from './tag-import.type.js';

const LARGEST_PAGE = 20_000;
/** Reading and comparing a file costs as much as looking up some hundred things. */
const FILE_POINTS = 300;
const ROWS_PER_POINT = 50;

const CHANGES = { added: TagChange.ADDED, changed: TagChange.CHANGED, unchanged: TagChange.UNCHANGED, retired: TagChange.RETIRED } as const;
const FORMATS: Readonly<Record<TagFileFormat, { readonly format: FileFormat; readonly extension: string; readonly mediaType: string }>> = {
  CSV: { format: 'csv', extension: 'csv', mediaType: 'text/csv; charset=utf-8' },
  CSV_SEMICOLON: { format: 'csv-semicolon', extension: 'csv', mediaType: 'text/csv; charset=utf-8' },
  JSON: { format: 'json', extension: 'json', mediaType: 'application/json' },
};

interface PlannedImport extends TagImport {
  readonly plan: TagImportPlan;
}

const importOf = (plan: TagImportPlan): PlannedImport => ({ rowCount: plan.rowCount, ...plan.counts, problemCount: plan.problemCount, token: plan.token, plan });
const givenFile = (text: string, missing: MissingTags): { text: string; missing: 'keep' | 'retire' } => ({ text, missing: missing === MissingTags.RETIRE ? 'retire' : 'keep' });
const pagePoints = ({ args }: { args: Record<string, unknown> }): number => Math.ceil(Number(args['first']) / ROWS_PER_POINT);

function page<T>(all: readonly T[], first: number, offset: number): readonly T[] {
  if (first < 0 || first > LARGEST_PAGE || offset < 0) throw badArgument(`\`first\` must be 0 to ${LARGEST_PAGE}, \`offset\` 0 or more.`);
  return all.slice(offset, offset + first);
}

@Resolver(() => TagImport)
export class TagImportResolver {
  constructor(
    private readonly importer: TagImporter,
    private readonly access: SiteAccess,
  ) {}

  @Query(() => TagImport, { description: 'What importing a CSV or JSON file of tags would change; changes nothing. For files above 250 kB send the header x-telltale-upload: 1.', complexity: ({ childComplexity }) => FILE_POINTS + childComplexity })
  @Allow(ADMINISTRATORS)
  async previewTagImport(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('file', { description: 'The text of the file, 16 MB and 50 000 tags at most.' }) file: string,
    @Args('missing', { type: () => MissingTags, defaultValue: MissingTags.KEEP }) missing: MissingTags,
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<TagImport> {
    const site = await this.access.site(tenant, siteId);
    return importOf(await this.importer.preview(tenant, site.siteId, givenFile(file, missing)));
  }

  @Mutation(() => TagImport, { description: 'Imports the file that was previewed, all of it or nothing. Fails with IMPORT_STALE when it would no longer do what the token stands for.', complexity: ({ childComplexity }) => FILE_POINTS + childComplexity })
  @Allow(ADMINISTRATORS)
  async applyTagImport(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('file') file: string,
    @Args('missing', { type: () => MissingTags, defaultValue: MissingTags.KEEP }) missing: MissingTags,
    @Args('token') token: string,
    @CurrentViewer() viewer: Viewer,
  ): Promise<TagImport> {
    const site = await this.access.site(viewer.tenant, siteId);
    return importOf(await this.importer.apply(viewer, site.siteId, givenFile(file, missing), token));
  }

  @Query(() => TagFile, { description: 'The tags in service as a file that imports to no change.', complexity: FILE_POINTS })
  @Allow(ADMINISTRATORS)
  async exportTags(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('format', { type: () => TagFileFormat, defaultValue: TagFileFormat.CSV }) format: TagFileFormat,
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<TagFile> {
    const site = await this.access.site(tenant, siteId);
    const { format: written, extension, mediaType } = FORMATS[format];
    return { fileName: `${site.slug}-tags.${extension}`, mediaType, content: await this.importer.export(tenant, site.siteId, written) };
  }

  @ResolveField(() => [TagImportRow], { description: 'In the order of the file, then what it lacks.', complexity: pagePoints })
  rows(
    @Parent() { plan }: PlannedImport,
    @Args('change', { type: () => TagChange, nullable: true }) change: TagChange | null | undefined,
    @Args('first', { type: () => Int, defaultValue: 500 }) first: number,
    @Args('offset', { type: () => Int, defaultValue: 0 }) offset: number,
  ): readonly TagImportRow[] {
    const wanted = change ? plan.rows.filter((row) => CHANGES[row.change] === change) : plan.rows;
    return page(wanted, first, offset).map((row) => ({ change: CHANGES[row.change], line: row.line, path: row.path, name: row.name, fields: row.fields }));
  }

  @ResolveField(() => [TagImportProblem], { description: 'In the order of the file; the first 20 000 are kept.', complexity: pagePoints })
  problems(
    @Parent() { plan }: PlannedImport,
    @Args('first', { type: () => Int, defaultValue: 1000 }) first: number,
    @Args('offset', { type: () => Int, defaultValue: 0 }) offset: number,
  ): readonly TagImportProblem[] {
    return page(plan.problems, first, offset);
  }
}
