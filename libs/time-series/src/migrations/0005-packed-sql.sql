-- Reads packed samples and rollups in plain SQL; the byte format is in docs/reference/stored-samples.md.

-- A column of `count` whole numbers that begins at byte `at`; `at` moves behind it. One statement per column: this is what costs.
create function series.unpack_integers(bits varbit, inout at int4, count int4, out numbers int8[])
  language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  mode constant int4 := pg_catalog.substring(bits, at * 8 + 1, 2)::int4;
  width constant int4 := pg_catalog.substring(bits, at * 8 + 3, 6)::int4;
  base_bytes constant int4 := pg_catalog.substring(bits, at * 8 + 9, 4)::int4;
  step_bytes constant int4 := pg_catalog.substring(bits, at * 8 + 13, 4)::int4;
  base int8 := pg_catalog.substring(bits, at * 8 + 17, base_bytes * 8)::int8;
  step int8 := pg_catalog.substring(bits, at * 8 + 17 + base_bytes * 8, step_bytes * 8)::int8;
  origin constant int4 := (at + 2 + base_bytes + step_bytes) * 8 + 1;
begin
  base := case when base % 2 = 0 then base / 2 else -((base + 1) / 2) end;
  step := case when step % 2 = 0 then step / 2 else -((step + 1) / 2) end;
  if width = 0 then
    numbers := case when step = 0 then pg_catalog.array_fill(base, array[count])
                    else array(select base + i * step from pg_catalog.generate_series(0, count - 1) i) end;
  elsif mode = 1 then
    numbers := array(
      select base + pg_catalog.sum(case when i = 0 then 0 else step + pg_catalog.substring(bits, origin + (i - 1) * width, width)::int8 end)
                      over (order by i rows unbounded preceding)
      from pg_catalog.generate_series(0, count - 1) i)::int8[];
  else
    numbers := array(select base + i * step + pg_catalog.substring(bits, origin + i * width, width)::int8
                     from pg_catalog.generate_series(0, count - 1) i);
  end if;
  at := at + 2 + base_bytes + step_bytes + ((case when mode = 1 then count - 1 else count end) * width + 7) / 8;
end $$;

-- A double from its bits: `high` is the signed upper half, `low` the lower half.
create function series.double_of(high int8, low int8) returns float8
  language sql immutable strict parallel safe set search_path = ''
  return (case when high < 0 then -1 else 1 end)::float8 * case (high >> 20) & 2047
    when 2047 then case when (high & 1048575) = 0 and low = 0 then 'Infinity' else 'NaN' end::float8
    when 0 then ((high & 1048575) * 4294967296 + low)::float8 * 4.9406564584124654e-324::float8
    else (1 + ((high & 1048575) * 4294967296 + low)::float8 / 4503599627370496::float8) * pg_catalog.power(2::float8, (((high >> 20) & 2047) - 1023)::float8)
  end;

create function series.single_of(bits int8) returns float8
  language sql immutable strict parallel safe set search_path = ''
  return (case when bits < 0 then -1 else 1 end)::float8 * case (bits >> 23) & 255
    when 255 then case when (bits & 8388607) = 0 then 'Infinity' else 'NaN' end::float8
    when 0 then (bits & 8388607)::float8 * pg_catalog.power(2::float8, -149::float8)
    else (1 + (bits & 8388607)::float8 / 8388608::float8) * pg_catalog.power(2::float8, (((bits >> 23) & 255) - 127)::float8)
  end;

-- A column of `count` doubles; NaN stay NaN.
create function series.unpack_numbers(bits varbit, inout at int4, count int4, out numbers float8[])
  language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  form constant int4 := pg_catalog.substring(bits, at * 8 + 2, 7)::int4;
  with_nan constant boolean := pg_catalog.substring(bits, at * 8 + 1, 1)::int4 = 1;
  missing int8[];
  words int8[];
  lows int8[];
begin
  at := at + 1;
  if with_nan then
    select u.at, u.numbers into at, missing from series.unpack_integers(bits, at, count) u;
  end if;
  select u.at, u.numbers into at, words from series.unpack_integers(bits, at, count) u;
  if form < 10 then
    numbers := array(select w / pg_catalog.power(10::float8, form::float8) from unnest(words) w);
  elsif form = 32 then
    numbers := array(select series.single_of(w) from unnest(words) w);
  elsif form = 64 then
    select u.at, u.numbers into at, lows from series.unpack_integers(bits, at, count) u;
    numbers := array(select series.double_of(w.high, w.low) from unnest(words, lows) as w(high, low));
  else
    raise exception 'unpack_numbers: form % is unknown', form;
  end if;
  if with_nan then
    numbers := array(select case when n.missing = 1 then 'NaN'::float8 else n.number end from unnest(numbers, missing) as n(number, missing));
  end if;
end $$;

-- The samples of one chunk, in order of time. Chunks in the form of an older release give none until they were written anew.
create function series.unpack_samples(data bytea)
  returns table (source_us int8, value float8, status int8)
  language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  units constant int8[] := array[1, 1000, 1000000];
  bits varbit;
  unit int8;
  origin int8;
  left_over int4;
  count int4;
  at int4 := 16;
  times int8[];
  skipped int8[];
  known int8[];
  indexes int8[];
  numbers float8[];
begin
  if pg_catalog.length(data) < 20 or pg_catalog.substring(data, 1, 3) <> '\x545001'::bytea then
    return;
  end if;
  bits := ('x' || pg_catalog.encode(data, 'hex'))::varbit;
  unit := units[(pg_catalog.get_byte(data, 3) >> 4) + 1];
  left_over := pg_catalog.substring(bits, 33, 32)::int4;
  origin := pg_catalog.substring(bits, 65, 64)::int8;
  origin := (case when origin % 2 = 0 then origin / 2 else -((origin + 1) / 2) end) / unit;
  while left_over > 0 loop
    count := least(256, left_over);
    left_over := left_over - count;
    select u.at, u.numbers into at, times from series.unpack_integers(bits, at, count) u;
    -- Gateway times are not shown here: only where their column ends matters.
    at := at + 1;
    at := series.end_of_integers(bits, at, count);
    known := array(select pg_catalog.substring(bits, (at + 1 + i * 4) * 8 + 1, 32)::int8 & 4294967295
                   from pg_catalog.generate_series(0, pg_catalog.get_byte(data, at)) i);
    at := at + 5 + pg_catalog.get_byte(data, at) * 4;
    indexes := null;
    if pg_catalog.array_length(known, 1) > 1 then
      select u.at, u.numbers into at, indexes from series.unpack_integers(bits, at, count) u;
    end if;
    select u.at, u.numbers into at, numbers from series.unpack_numbers(bits, at, count) u;
    if indexes is null then
      return query select (s.t + origin) * unit, s.v, known[1] from unnest(times, numbers) as s(t, v);
    else
      return query select (s.t + origin) * unit, s.v, known[s.k + 1] from unnest(times, numbers, indexes) as s(t, v, k);
    end if;
  end loop;
end $$;

-- The byte behind a column of whole numbers.
create function series.end_of_integers(bits varbit, at int4, count int4) returns int4
  language sql immutable strict parallel safe set search_path = ''
  return at + 2 + pg_catalog.substring(bits, at * 8 + 9, 4)::int4 + pg_catalog.substring(bits, at * 8 + 13, 4)::int4
    + ((case when pg_catalog.substring(bits, at * 8 + 1, 2)::int4 = 1 then count - 1 else count end) * pg_catalog.substring(bits, at * 8 + 3, 6)::int4 + 7) / 8;

-- One bucket of a rollup. Values are about good samples, null where there is none; times are about samples of any quality.
create type series.rollup as (
  bucket_us int8, n int8, good int8, min float8, max float8, sum float8, first float8, last float8,
  first_us int8, last_us int8, held_us int8, last_good boolean
);

create function series.unpack_rollups(data bytea) returns setof series.rollup
  language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  units constant int8[] := array[1, 1000, 1000000];
  bits constant varbit := ('x' || pg_catalog.encode(data, 'hex'))::varbit;
  unit constant int8 := units[pg_catalog.get_byte(data, 4) + 1];
  form constant int4 := pg_catalog.get_byte(data, 5);
  count constant int4 := pg_catalog.substring(bits, 49, 16)::int4;
  width constant int8 := pg_catalog.substring(bits, 65, 32)::int8 * 1000000;
  origin constant int8 := (pg_catalog.substring(bits, 97, 48)::int8 - 1099511627776) * 1000000;
  power constant float8 := pg_catalog.power(10::float8, form::float8);
  at int4 := 18;
  index int8[]; ns int8[]; bad int8[]; firsts int8[]; lasts int8[]; missing int8[]; goods int8[];
  a int8[]; b int8[]; c int8[]; d int8[]; e int8[];
  va float8[]; vb float8[]; vc float8[]; vd float8[]; ve float8[];
begin
  if pg_catalog.substring(data, 1, 3) <> '\x545201'::bytea then
    raise exception 'unpack_rollups: the bytes are no rollups of a known version';
  end if;
  select u.at, u.numbers into at, index from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, ns from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, bad from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, firsts from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, lasts from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, missing from series.unpack_integers(bits, at, count) u;
  select u.at, u.numbers into at, goods from series.unpack_integers(bits, at, count) u;
  if form < 10 then
    select u.at, u.numbers into at, a from series.unpack_integers(bits, at, count) u;
    select u.at, u.numbers into at, b from series.unpack_integers(bits, at, count) u;
    select u.at, u.numbers into at, c from series.unpack_integers(bits, at, count) u;
    select u.at, u.numbers into at, d from series.unpack_integers(bits, at, count) u;
    select u.at, u.numbers into at, e from series.unpack_integers(bits, at, count) u;
    return query
      select origin + r.i * width, r.n, r.n - r.bad,
             case when r.n > r.bad then r.low / power end, case when r.n > r.bad then (r.low + r.max) / power end,
             case when r.n > r.bad then (r.sum + (r.n - r.bad) * r.low) / power else 0 end,
             case when r.n > r.bad then (r.low + r.first) / power end, case when r.n > r.bad then (r.low + r.last) / power end,
             origin + r.i * width + r.f * unit, origin + r.i * width + r.l * unit, (r.l - r.f - r.m) * unit, r.g = 1
      from unnest(index, ns, bad, firsts, lasts, missing, goods, a, b, c, d, e)
        as r(i, n, bad, f, l, m, g, low, max, first, last, sum);
  else
    select u.at, u.numbers into at, va from series.unpack_numbers(bits, at, count) u;
    select u.at, u.numbers into at, vb from series.unpack_numbers(bits, at, count) u;
    select u.at, u.numbers into at, vc from series.unpack_numbers(bits, at, count) u;
    select u.at, u.numbers into at, vd from series.unpack_numbers(bits, at, count) u;
    select u.at, u.numbers into at, ve from series.unpack_numbers(bits, at, count) u;
    return query
      select origin + r.i * width, r.n, r.n - r.bad, nullif(r.min, 'NaN'), nullif(r.max, 'NaN'), r.sum, nullif(r.first, 'NaN'), nullif(r.last, 'NaN'),
             origin + r.i * width + r.f * unit, origin + r.i * width + r.l * unit, (r.l - r.f - r.m) * unit, r.g = 1
      from unnest(index, ns, bad, firsts, lasts, missing, goods, va, vb, vc, vd, ve)
        as r(i, n, bad, f, l, m, g, min, max, first, last, sum);
  end if;
end $$;

-- Every sample of a tag in [from_time, to_time) that is in history, oldest first; status is the OPC UA status code.
create function series.tag_samples(tag int4, from_time timestamptz, to_time timestamptz)
  returns table ("time" timestamptz, value float8, status int8, quality text)
  language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  from_us constant int8 := series.us_of(from_time);
  to_us constant int8 := series.us_of(to_time);
  chunk bytea;
begin
  for chunk in
    select c.data from series.sample_chunk c
    where c.tag_id = tag and c.window_start_us > from_us - 86400000000 and c.window_start_us < to_us
      and c.t_max_us >= from_us and c.t_min_us < to_us
    order by c.window_start_us
  loop
    return query
      select series.time_of(s.source_us), s.value, s.status, case s.status >> 30 when 0 then 'good' when 1 then 'uncertain' else 'bad' end
      from series.unpack_samples(chunk) s where s.source_us >= from_us and s.source_us < to_us;
  end loop;
end $$;

-- Minutes of a tag whose start is in [from_us, to_us), from the minutes of its chunks or else from their samples.
create function series.tag_minutes(tag int4, from_us int8, to_us int8) returns setof series.rollup
  language plpgsql stable security invoker set search_path = '' as $$
declare
  chunk record;
begin
  for chunk in
    select c.minutes, case when c.minutes is null then c.data end as data from series.sample_chunk c
    where c.tag_id = tag and c.window_start_us > from_us - 86400000000 and c.window_start_us < to_us
      and c.t_max_us >= from_us and c.t_min_us < to_us
    order by c.window_start_us
  loop
    if chunk.minutes is not null then
      return query select m.* from series.unpack_rollups(chunk.minutes) m where m.bucket_us >= from_us and m.bucket_us < to_us;
    elsif chunk.data is not null then
      return query
        with sample as (
          select s.source_us, s.value, s.source_us / 60000000 as minute,
                 s.status >> 30 = 0 and s.value not in ('NaN', 'Infinity', '-Infinity') as good
          from series.unpack_samples(chunk.data) s where s.source_us >= from_us and s.source_us < to_us
        ), held as (
          select s.*, lead(s.source_us) over (partition by s.minute order by s.source_us) - s.source_us as us from sample s
        )
        select h.minute * 60000000, count(*), count(*) filter (where h.good), min(h.value) filter (where h.good), max(h.value) filter (where h.good),
               coalesce(sum(h.value::numeric) filter (where h.good), 0)::float8,
               (pg_catalog.array_agg(h.value order by h.source_us) filter (where h.good))[1],
               (pg_catalog.array_agg(h.value order by h.source_us desc) filter (where h.good))[1],
               min(h.source_us), max(h.source_us), coalesce(sum(h.us) filter (where h.good), 0)::int8,
               (pg_catalog.array_agg(h.good order by h.source_us desc))[1]
        from held h group by h.minute order by h.minute;
    end if;
  end loop;
end $$;

-- Hours of a tag that are stored, start in [from_us, to_us).
create function series.tag_hours(tag int4, from_us int8, to_us int8) returns setof series.rollup
  language sql stable security invoker set search_path = ''
  begin atomic
    select h.* from series.rollup_day d cross join lateral series.unpack_rollups(d.hours) h
    where d.tag_id = tag_hours.tag and d.day_us > tag_hours.from_us - 86400000000 and d.day_us < tag_hours.to_us
      and h.bucket_us >= tag_hours.from_us and h.bucket_us < tag_hours.to_us
    order by h.bucket_us;
  end;

-- Aggregates of the good samples of a tag per bucket, buckets aligned to 1970-01-01 UTC; `width` is rounded to whole minutes.
-- Whole hours are read from stored hours, what is left of the range and everything else from minutes.
-- Samples appear here once their block is folded, seconds after the append.
create function series.tag_buckets(tag int4, from_time timestamptz, to_time timestamptz, width interval)
  returns table (bucket timestamptz, n int8, good int8, min float8, max float8, mean float8, first float8, last float8, completeness float8)
  language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  hour_us constant int8 := 3600000000;
  hold_us constant int8 := 900000000;
  step_us constant int8 := greatest((extract(epoch from width) / 60)::int8, 1) * 60000000;
  low constant int8 := pg_catalog.floor(series.us_of(from_time) / step_us::numeric) * step_us;
  high constant int8 := pg_catalog.ceil(series.us_of(to_time) / step_us::numeric) * step_us;
  -- Good samples hold over the edges of the range, so that neighbours within the hold limit are read too.
  margin constant int8 := case when step_us % hour_us = 0 then hour_us else hold_us end;
  before constant int8 := low - margin;
  after constant int8 := high + margin;
  newest_us constant int8 := (select l.source_time_us from series.tag_latest l where l.tag_id = tag);
  gaps int8multirange;
  hours series.rollup[] := '{}';
  missing int8multirange := int8multirange(int8range(before, after));
begin
  -- Declared stretches without valid data, less what was filled from history later.
  select coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind <> 'backfilled'), '{}')
         - coalesce(range_agg(int8range(c.from_us, c.to_us)) filter (where c.kind = 'backfilled'), '{}') into gaps
    from series.continuity c
    where c.tag_id = tag and c.from_us < c.to_us and c.from_us < after and c.to_us > before;
  if step_us % hour_us = 0 then
    -- Hours that a gap cuts are built from their minutes, which lie around the gap.
    hours := array(select h from series.tag_hours(tag, before, after) h where not gaps && int8range(h.first_us, h.last_us + 1));
    missing := missing - coalesce((select range_agg(int8range((h.r).bucket_us, (h.r).bucket_us + hour_us)) from (select unnest(hours) as r) h), '{}');
  end if;
  return query
  with gap as (
    select lower(g) as from_us, upper(g) as to_us from unnest(gaps) g
  ), piece as (
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
    select s.at as start, sum(least(b.to_us, s.at + step_us) - greatest(b.from_us, s.at)) as us
    from bridge b
    cross join lateral pg_catalog.generate_series(b.from_us - pg_catalog.mod(b.from_us, step_us), b.to_us - 1, step_us) as s(at)
    where b.to_us > b.from_us
    group by s.at
  ), total as (
    select p.bucket_us - pg_catalog.mod(p.bucket_us, step_us) as start, sum(p.n) as n, sum(p.good) as good, min(p.min) as min, max(p.max) as max,
           sum(p.sum order by p.bucket_us) as sum, (pg_catalog.array_agg(p.first order by p.bucket_us) filter (where p.good > 0))[1] as first,
           (pg_catalog.array_agg(p.last order by p.bucket_us desc) filter (where p.good > 0))[1] as last,
           sum(greatest(0, p.held_us - coalesce((
             select sum(least(g.to_us, p.last_us) - greatest(g.from_us, p.first_us)) from gap g where g.from_us < p.last_us and g.to_us > p.first_us), 0))) as held_us
    from piece p where p.bucket_us >= low and p.bucket_us < high
    group by 1
  )
  select series.time_of(t.start), t.n::int8, t.good::int8, t.min, t.max, t.sum / nullif(t.good, 0), t.first, t.last,
         least(1, (t.held_us + coalesce(b.us, 0)) / step_us::float8)::float8
  from total t left join bridged b on b.start = t.start
  order by t.start;
end $$;

-- The highest good value of a tag in hours that begin in [from_time, to_time), and in the minutes since the last stored hour.
create function series.tag_highest(tag int4, from_time timestamptz, to_time timestamptz) returns float8
  language sql stable security invoker set search_path = ''
  begin atomic
    with span as (
      select series.us_of(tag_highest.from_time) as from_us, series.us_of(tag_highest.to_time) as to_us
    ), stored as (
      select coalesce(max(d.until_us), s.from_us) as until_us from span s
        left join series.rollup_day d on d.tag_id = tag_highest.tag and d.day_us > s.from_us - 86400000000 and d.day_us < s.to_us
       group by s.from_us
    )
    select max(x.max) from (
      select h.max from span s cross join lateral series.tag_hours(tag_highest.tag, s.from_us, s.to_us) h
      union all
      select m.max from span s cross join stored t cross join lateral series.tag_minutes(tag_highest.tag, greatest(s.from_us, t.until_us), s.to_us) m
    ) x;
  end;

-- Samples of many tags together per hour, [from_time, to_time) on whole hours: how much data there is. A day's chunk counts evenly.
create function series.sample_counts(tags int4[], from_time timestamptz, to_time timestamptz)
  returns table (bucket timestamptz, n float8, good float8)
  language sql stable security invoker set search_path = ''
  begin atomic
    select series.time_of(h.at), sum(c.n / greatest(1, c.span_s / 3600)::float8), sum(c.good / greatest(1, c.span_s / 3600)::float8)
    from series.sample_chunk c
    cross join lateral pg_catalog.generate_series(c.window_start_us - pg_catalog.mod(c.window_start_us, 3600000000),
      c.window_start_us + (c.span_s - 1) * 1000000::int8, 3600000000) as h(at)
    where c.tag_id = any(sample_counts.tags)
      and c.window_start_us > series.us_of(sample_counts.from_time) - 86400000000 and c.window_start_us < series.us_of(sample_counts.to_time)
      and h.at >= series.us_of(sample_counts.from_time) - 3599999999 and h.at < series.us_of(sample_counts.to_time)
    group by h.at order by h.at;
  end;

revoke all on function series.unpack_integers(varbit, int4, int4), series.end_of_integers(varbit, int4, int4), series.double_of(int8, int8),
  series.single_of(int8), series.unpack_numbers(varbit, int4, int4), series.unpack_samples(bytea), series.unpack_rollups(bytea),
  series.tag_samples(int4, timestamptz, timestamptz), series.tag_minutes(int4, int8, int8), series.tag_hours(int4, int8, int8),
  series.tag_buckets(int4, timestamptz, timestamptz, interval), series.sample_counts(int4[], timestamptz, timestamptz),
  series.tag_highest(int4, timestamptz, timestamptz) from public;
grant execute on function series.unpack_integers(varbit, int4, int4), series.end_of_integers(varbit, int4, int4), series.double_of(int8, int8),
  series.single_of(int8), series.unpack_numbers(varbit, int4, int4), series.unpack_samples(bytea), series.unpack_rollups(bytea),
  series.tag_samples(int4, timestamptz, timestamptz), series.tag_minutes(int4, int8, int8), series.tag_hours(int4, int8, int8),
  series.tag_buckets(int4, timestamptz, timestamptz, interval), series.sample_counts(int4[], timestamptz, timestamptz),
  series.tag_highest(int4, timestamptz, timestamptz)
  to grafana_reader, telltale_api, telltale_insights, telltale_historian;
