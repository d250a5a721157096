-- What Grafana and other SQL users read. All run with the caller's rights: row security decides.

create view series.latest_sample with (security_invoker = true) as
  select tenant_id, tag_id, value, series.time_of(source_time_us) as source_time, series.time_of(server_time_us) as server_time, status,
         case status >> 30 when 0 then 'good' when 1 then 'uncertain' else 'bad' end as quality
  from series.tag_latest;

create view series.continuity_entry with (security_invoker = true) as
  select tenant_id, tag_id, series.time_of(from_us) as from_time, series.time_of(to_us) as to_time, kind, reason,
         series.time_of(recorded_at_us) as recorded_at
  from series.continuity;

-- Aggregates of the good samples of a tag per bucket, buckets aligned to 1970-01-01 UTC; `width` is rounded to whole minutes.
-- Reads the hour rollup when it is whole hours, up to the newest hour that has one, and the minute rollup from there on.
-- Samples appear here once their block is folded, seconds after the append.
create function series.tag_buckets(tag int4, from_time timestamptz, to_time timestamptz, width interval)
  returns table (bucket timestamptz, n int8, good int8, min float8, max float8, mean float8, first float8, last float8, completeness float8)
  language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  origin constant timestamptz := timestamptz '1970-01-01 00:00:00+00';
  hold_us constant int8 := 900000000;
  step_us int8 := greatest((extract(epoch from width) / 60)::int8, 1) * 60000000;
  step interval := step_us * interval '1 microsecond';
  low timestamptz := pg_catalog.date_bin(step, from_time, origin);
  high timestamptz := pg_catalog.date_bin(step, to_time - interval '1 microsecond', origin) + step;
  -- Good samples hold over the edges of the range, so that neighbours within the hold limit are read too.
  before timestamptz := pg_catalog.date_bin(interval '1 hour', low - interval '15 minutes', origin);
  hours_until timestamptz := before;
  newest_us int8 := (select l.source_time_us from series.tag_latest l where l.tag_id = tag);
begin
  if step_us % 3600000000 = 0 then
    select coalesce(max(h.bucket) + interval '1 hour', before) into hours_until
      from series.rollup_1h h where h.tag_id = tag and h.bucket >= before and h.bucket < high;
  end if;
  return query
  with gap as (
    -- Declared stretches without valid data, less what was filled from history later.
    select lower(u.g) as from_us, upper(u.g) as to_us from (
      select unnest(coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind <> 'backfilled'), '{}')
                    - coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind = 'backfilled'), '{}')) as g
      from series.continuity c
      where c.tag_id = tag and c.from_us < c.to_us and c.from_us < series.us_of(high) and c.to_us > series.us_of(before)
    ) u
  ), gap_hour as (
    -- Hours with a gap are built from their minutes, which lie around the gap.
    select distinct h.at from gap g
    cross join lateral pg_catalog.generate_series(
      pg_catalog.date_bin(interval '1 hour', greatest(series.time_of(g.from_us), before), origin),
      least(series.time_of(g.to_us), hours_until) - interval '1 microsecond', interval '1 hour') as h(at)
  ), piece as (
    select h.* from series.rollup_1h h
    where h.tag_id = tag and h.bucket >= before and h.bucket < hours_until and h.bucket not in (select gh.at from gap_hour gh)
    union all
    select m.* from gap_hour gh join series.rollup_1m m on m.bucket >= gh.at and m.bucket < gh.at + interval '1 hour'
    where m.tag_id = tag and m.bucket >= before and m.bucket < hours_until
    union all
    select m.* from series.rollup_1m m where m.tag_id = tag and m.bucket >= hours_until and m.bucket < high + interval '15 minutes'
  ), following as (
    select p.last_us, p.last_good, lead(p.first_us, 1, 9007199254740991) over (order by p.bucket) as next_us from piece p
  ), bridge as (
    select f.last_us as from_us,
           least(f.next_us, f.last_us + hold_us,
                 (select min(greatest(g.from_us, f.last_us)) from gap g where g.from_us < f.next_us and g.to_us > f.last_us)) as to_us
    from following f where f.last_good and f.last_us < newest_us
  ), bridged as (
    select s.at as start, sum(least(b.to_us, series.us_of(s.at + step)) - greatest(b.from_us, series.us_of(s.at))) as us
    from bridge b
    cross join lateral pg_catalog.generate_series(
      pg_catalog.date_bin(step, series.time_of(b.from_us), origin), series.time_of(b.to_us - 1), step) as s(at)
    where b.to_us > b.from_us
    group by s.at
  ), total as (
    select pg_catalog.date_bin(step, p.bucket, origin) as start, sum(p.n) as n, sum(p.good) as good, min(p.min) as min, max(p.max) as max,
           sum(p.sum) as sum, (array_agg(p.first order by p.bucket) filter (where p.good > 0))[1] as first,
           (array_agg(p.last order by p.bucket desc) filter (where p.good > 0))[1] as last,
           sum(greatest(0, p.held_us - coalesce((
             select sum(least(g.to_us, p.last_us) - greatest(g.from_us, p.first_us)) from gap g where g.from_us < p.last_us and g.to_us > p.first_us), 0))) as held_us
    from piece p where p.bucket >= low and p.bucket < high
    group by 1
  )
  select t.start, t.n::int8, t.good::int8, t.min, t.max, t.sum / nullif(t.good, 0), t.first, t.last,
         least(1, (t.held_us + coalesce(b.us, 0)) / step_us::float8)::float8
  from total t left join bridged b on b.start = t.start
  order by t.start;
end $$;

-- Of every minute the last sample, when it is good, and the first, when all are: true samples, the finest that plain SQL reads.
create function series.tag_points(tag int4, from_time timestamptz, to_time timestamptz)
  returns table ("time" timestamptz, value float8)
  language sql stable security invoker set search_path = ''
  begin atomic
    select p.at, p.value
    from series.rollup_1m m
    cross join lateral (values (series.time_of(m.first_us), m.first, m.good = m.n), (series.time_of(m.last_us), m.last, m.last_good and (m.n > 1 or m.good < m.n))) as p(at, value, shown)
    where m.tag_id = tag_points.tag and m.bucket >= tag_points.from_time - interval '1 minute' and m.bucket < tag_points.to_time
      and p.shown and p.value is not null and p.at >= tag_points.from_time and p.at < tag_points.to_time
    order by p.at;
  end;

revoke all on function series.tag_buckets(int4, timestamptz, timestamptz, interval), series.tag_points(int4, timestamptz, timestamptz) from public;
grant execute on function series.tag_buckets(int4, timestamptz, timestamptz, interval), series.tag_points(int4, timestamptz, timestamptz)
  to grafana_reader, telltale_api, telltale_insights, telltale_historian;
grant select on series.latest_sample, series.continuity_entry to grafana_reader, telltale_api, telltale_insights;
