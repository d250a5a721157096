/** Where gateways find ingest; undefined when this installation does not say. */
export class IngestAddress {
  constructor(readonly url: string | undefined) {}
}
