/** Row security shows a tenant its own rows only; the site variable narrows them to one plant. */
export const SITE = '$site';

/** The newest revision of every shift that starts in the time range, all products (product_id 0). */
export const latestShiftYields = `
  select distinct on (y.equipment_id, y.shift_start)
         y.equipment_id, y.shift_start, y.shift_end, y.shift_name, y.revision, y.status, y.completeness, y.elements
  from registry.shift_yield y
  join registry.equipment e on e.tenant_id = y.tenant_id and e.equipment_id = y.equipment_id
  where e.site_id = ${SITE} and y.product_id = 0 and $__timeFilter(y.shift_start)
  order by y.equipment_id, y.shift_start, y.revision desc`;

/** One additive element (ISO 22400-2) of a shift's yield. */
export const element = (name: string): string => `(y.elements->>'${name}')::float8`;

/** Ratios are formed from sums of elements, never as means of ratios. */
export const ratio = (numerator: string, denominator: string): string =>
  `sum(${element(numerator)}) / nullif(sum(${element(denominator)}), 0)`;

export const yieldRatio = `sum(${element('pq')} - ${element('sq')}) / nullif(sum(${element('pq')}), 0)`;

/** Leaks that are there now and were not dismissed. */
export const openLeaks = `
  registry.alarm a
  join registry.detection d on d.tenant_id = a.tenant_id and d.detection_id = a.detection_id
  join registry.pipe_run r on r.tenant_id = d.tenant_id and r.pipe_run_id = d.subject_id
  where a.site_id = ${SITE} and a.kind = 'leak' and d.state = 'open' and coalesce(a.outcome, 'confirmed') = 'confirmed'`;
