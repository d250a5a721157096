/** Where the dashboards of a site are. */
export class GrafanaLinks {
  constructor(private readonly baseUrl: string | undefined) {}

  /** Null where Grafana is not installed. */
  siteUrl(siteId: number): string | null {
    if (this.baseUrl === undefined) return null;
    const url = new URL('d/telltale-site', this.baseUrl.endsWith('/') ? this.baseUrl : `${this.baseUrl}/`);
    url.searchParams.set('var-site', String(siteId));
    return url.href;
  }
}
