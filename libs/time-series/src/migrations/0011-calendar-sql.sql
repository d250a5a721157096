-- Shifts and days of a plant calendar for plain SQL (ADR 31).

-- Aggregates of the good samples of a tag over disjoint intervals of any length, those that have samples, under the caller's row
-- security. Stored hours that no edge and no gap cuts are read as they are, everything else from minutes.
create function series.tag_intervals(tag int4, from_times timestamptz[], to_times timestamptz[])
  returns table (from_time timestamptz, to_time timestamptz, n int8, good int8, min float8, max float8, mean float8, first float8, last float8,
                 completeness float8, revision int8)
  language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  minute_us constant int8 := 60000000;
  hour_us constant int8 := 3600000000;
  hold_us constant int8 := 900000000;
  quarter_us constant int8 := 900000000;
  day_us constant int8 := 86400000000;
  settling_us constant int8 := 120000000;
  starts constant int8[] := array(select series.us_of(t) from unnest(from_times) t order by 1);
  ends constant int8[] := array(select series.us_of(t) from unnest(to_times) t order by 1);
  before constant int8 := starts[1] - starts[1] % hour_us - hour_us;
  after constant int8 := ends[pg_catalog.cardinality(ends)] + hour_us;
  newest_us constant int8 := (select l.source_time_us from series.latest_of(array[tag]) l);
  gaps int8multirange;
  hours series.rollup[];
  missing int8multirange := int8multirange(int8range(before, after));
begin
  if pg_catalog.cardinality(starts) = 0 or pg_catalog.cardinality(starts) <> pg_catalog.cardinality(ends) then
    return;
  end if;
  if exists (select from unnest(starts || ends) e where e % minute_us <> 0) then
    raise exception 'An interval does not begin and end on a whole minute' using errcode = 'invalid_parameter_value', hint = 'Round it';
  end if;
  select coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind <> 'backfilled'), '{}')
         - coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind = 'backfilled'), '{}') into gaps
    from series.continuity c
    where c.tag_id = tag and c.from_us < c.to_us and c.from_us < after and c.to_us > before;
  hours := array(select h from series.tag_hours(tag, before, after) h
                  where not gaps && int8range(h.first_us, h.last_us + 1)
                    and not exists (select from unnest(starts || ends) e where e > h.bucket_us and e < h.bucket_us + hour_us));
  missing := missing - coalesce((select range_agg(int8range((h.r).bucket_us, (h.r).bucket_us + hour_us)) from (select unnest(hours) as r) h), '{}');
  return query
  with span as (
    select s.from_us, s.to_us from unnest(starts, ends) as s(from_us, to_us) where s.from_us < s.to_us
  ), gap as (
    select lower(g) as from_us, upper(g) as to_us from unnest(gaps) g
  ), piece as materialized (
    select h.* from unnest(hours) h
    union all
    select m.* from unnest(missing) r cross join lateral series.tag_minutes(tag, lower(r), upper(r)) m
  ), following as (
    select p.last_us, p.last_good, lead(p.first_us, 1, 9007199254740991) over (order by p.bucket_us) as next_us from piece p
  ), bridge as (
    select f.last_us as from_us,
           least(f.next_us, f.last_us + hold_us,
                 (select min(greatest(g.from_us, f.last_us)) from gap g where g.from_us < f.next_us and g.to_us > f.last_us)) as to_us
    from following f where f.last_good and f.last_us < newest_us
  ), bridged as (
    select s.from_us, sum(least(b.to_us, s.to_us) - greatest(b.from_us, s.from_us)) as us
    from bridge b join span s on b.from_us < s.to_us and b.to_us > s.from_us
    where b.to_us > b.from_us
    group by s.from_us
  ), total as (
    select s.from_us, s.to_us, sum(p.n) as n, sum(p.good) as good, min(p.min) as min, max(p.max) as max,
           sum(p.sum order by p.bucket_us) as sum, (pg_catalog.array_agg(p.first order by p.bucket_us) filter (where p.good > 0))[1] as first,
           (pg_catalog.array_agg(p.last order by p.bucket_us desc) filter (where p.good > 0))[1] as last,
           sum(greatest(0, p.held_us - coalesce((
             select sum(least(g.to_us, p.last_us) - greatest(g.from_us, p.first_us)) from gap g where g.from_us < p.last_us and g.to_us > p.first_us), 0))) as held_us
    from span s join piece p on p.bucket_us >= s.from_us and p.bucket_us < s.to_us
    group by s.from_us, s.to_us
  )
  select series.time_of(t.from_us), series.time_of(t.to_us), t.n::int8, t.good::int8, t.min, t.max, t.sum / nullif(t.good, 0), t.first, t.last,
         least(1, (t.held_us + coalesce(b.us, 0)) / (t.to_us - t.from_us)::float8)::float8,
         (select count(distinct l.changed_at_us) from series.late_change l
           where l.tag_id = tag and l.day_us > t.from_us - day_us and l.day_us < t.to_us and l.last_us >= t.to_us + settling_us
             -- Postgres may look at the bits before it looks at the day.
             and position(B'1' in substring(l.quarters
                   from greatest(0, (t.from_us - l.day_us) / quarter_us)::int4 + 1
                   for greatest(0, least(96, (t.to_us - l.day_us + quarter_us - 1) / quarter_us) - greatest(0, (t.from_us - l.day_us) / quarter_us))::int4)) > 0)
  from total t left join bridged b on b.from_us = t.from_us
  order by t.from_us;
end $$;

-- Days of a plant from midnight to midnight, 23 or 25 hours long where the clock changes; those that touch [from_time, to_time).
create function series.tag_days(tag int4, from_time timestamptz, to_time timestamptz, time_zone text)
  returns table (day date, n int8, good int8, min float8, max float8, mean float8, first float8, last float8, completeness float8, revision int8)
  language sql stable security invoker set search_path = ''
  begin atomic
    with span as (
      select array_agg(d.at at time zone tag_days.time_zone order by d.at) as starts,
             array_agg((d.at + interval '1 day') at time zone tag_days.time_zone order by d.at) as ends
      from pg_catalog.generate_series(pg_catalog.date_trunc('day', tag_days.from_time at time zone tag_days.time_zone),
             (tag_days.to_time at time zone tag_days.time_zone) - interval '1 microsecond', interval '1 day') as d(at)
    )
    select (i.from_time at time zone tag_days.time_zone)::date, i.n, i.good, i.min, i.max, i.mean, i.first, i.last, i.completeness, i.revision
    from span s cross join lateral series.tag_intervals(tag_days.tag, s.starts, s.ends) i
    order by 1;
  end;

revoke all on function series.tag_intervals(int4, timestamptz[], timestamptz[]), series.tag_days(int4, timestamptz, timestamptz, text) from public;
grant execute on function series.tag_intervals(int4, timestamptz[], timestamptz[]), series.tag_days(int4, timestamptz, timestamptz, text)
  to grafana_reader, telltale_api, telltale_insights, telltale_historian;
