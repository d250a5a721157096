import type { AddressDocument, AddressFormat } from './address-format.js';

export const TAG_KINDS = ['analog', 'discrete', 'counter'] as const;
export type TagKind = (typeof TAG_KINDS)[number];

/** Everything that a file says about a tag. */
export interface TagRecord {
  /** Full tag path; what a tag is recognised by. */
  readonly path: string;
  readonly name: string;
  /** Empty for a tag without a unit. */
  readonly unit: string;
  readonly kind: TagKind;
  readonly rangeLow: number | null;
  readonly rangeHigh: number | null;
  readonly counterMax: number | null;
  readonly equipmentId: number | null;
  readonly endpointId: number | null;
  readonly address: AddressDocument | null;
  readonly scanIntervalMs: number;
  readonly deadband: { readonly kind: 'absolute' | 'percent'; readonly value: number } | null;
  readonly historyEndpointId: number | null;
  readonly historyAddress: AddressDocument | null;
  readonly insightRole: string | null;
  readonly retired: boolean;
}

export interface SiteEndpoint {
  readonly endpointId: number;
  readonly gateway: string;
  readonly name: string;
  readonly connector: string;
}

/** What is there already, and what a file may name. */
export interface SiteTags {
  readonly siteId: number;
  /** Every path of the site begins with it, e.g. `acme/ludwigshafen/`. */
  readonly pathPrefix: string;
  readonly tags: readonly TagRecord[];
  readonly endpoints: readonly SiteEndpoint[];
  readonly equipment: readonly { readonly equipmentId: number; readonly path: string }[];
  /** Who needs a tag, in words, by its path: a pipe run, a line. */
  readonly usedBy: ReadonlyMap<string, string>;
  /** By connector type. */
  readonly formats: ReadonlyMap<string, AddressFormat>;
}

/** The same, found by name. */
export class SiteIndex {
  readonly tags: ReadonlyMap<string, TagRecord>;
  readonly equipmentIds: ReadonlyMap<string, number>;
  readonly equipmentPaths: ReadonlyMap<number, string>;
  readonly endpoints: ReadonlyMap<number, SiteEndpoint>;

  constructor(readonly site: SiteTags) {
    this.tags = new Map(site.tags.map((tag) => [tag.path, tag]));
    this.equipmentIds = new Map(site.equipment.map(({ path, equipmentId }) => [path, equipmentId]));
    this.equipmentPaths = new Map(site.equipment.map(({ path, equipmentId }) => [equipmentId, path]));
    this.endpoints = new Map(site.endpoints.map((endpoint) => [endpoint.endpointId, endpoint]));
  }

  /** Of this name; of this gateway where one is given. */
  endpointsNamed(name: string, gateway: string | null): readonly SiteEndpoint[] {
    return this.site.endpoints.filter((endpoint) => endpoint.name === name && (gateway === null || endpoint.gateway === gateway));
  }

  formatOf(endpointId: number): AddressFormat | undefined {
    return this.site.formats.get(this.endpoints.get(endpointId)?.connector ?? '');
  }
}
