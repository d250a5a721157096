/** The macros of Grafana's PostgreSQL data source that our panels use. */
export const GRAFANA_MACROS = ['$__timeFilter', '$__timeFrom', '$__timeTo', '$__interval'] as const;

/** What Grafana makes of a panel's SQL before it runs it: macros and dashboard variables replaced. */
export function expandMacros(
  sql: string,
  range: { readonly from: string; readonly to: string; readonly interval: string },
  variables: Readonly<Record<string, string>>,
): string {
  const expanded = sql
    .replaceAll(/\$__timeFilter\(([^)]+)\)/g, (_all, column: string) => `${column} BETWEEN '${range.from}' AND '${range.to}'`)
    .replaceAll('$__timeFrom()', `'${range.from}'`)
    .replaceAll('$__timeTo()', `'${range.to}'`)
    .replaceAll('$__interval', range.interval);
  return Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(new RegExp(`\\$${name}\\b`, 'g'), value), expanded);
}
