-- tag_buckets and tag_intervals took the whole overlap of a declared gap off a minute's covered time, also what no good sample covered
-- anyway, and let the time behind the gap count although its sample no longer holds there. They ask the samples now, as readers do.

-- How long good samples cover each of the minutes `cut` (whole ones) within it, up to the first gap, where all samples are still there.
create function series.minutes_beside_gaps(tag int4, cut int8multirange, gaps int8multirange) returns table (bucket_us int8, held_us int8)
  language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  minute_us constant int8 := 60000000;
  chunk bytea;
begin
  for chunk in
    select c.data from series.sample_chunk c
    where c.tag_id = tag and c.window_start_us > lower(cut) - 86400000000 and c.window_start_us < upper(cut)
      and cut && int8range(c.t_min_us, c.t_max_us, '[]') and c.data is not null and c.thinned is null
    order by c.window_start_us
  loop
    return query
      with held as (
        select s.source_us, lead(s.source_us) over (partition by s.source_us / minute_us order by s.source_us) as next_us,
               s.status >> 30 = 0 and s.value not in ('NaN', 'Infinity', '-Infinity') as good
        from series.unpack_samples(chunk) s where cut @> s.source_us
      )
      select h.source_us / minute_us * minute_us,
             coalesce(sum(case when gaps && int8range(h.source_us, h.next_us) then lower(gaps * int8multirange(int8range(h.source_us, h.next_us)))
                               else h.next_us end - h.source_us) filter (where h.good and h.next_us is not null), 0)::int8
      from held h group by 1;
  end loop;
end $$;

revoke all on function series.minutes_beside_gaps(int4, int8multirange, int8multirange) from public;
grant execute on function series.minutes_beside_gaps(int4, int8multirange, int8multirange)
  to grafana_reader, telltale_api, telltale_insights, telltale_historian;

do $$
declare
  of_function regprocedure;
  definition text;
  change text[];
  changes constant text[] := array[
    ['), following as (', '), beside as (
    -- Hours that a gap cuts are no pieces: these are minutes.
    select b.bucket_us, b.held_us
    from (select range_agg(int8range(p.bucket_us, p.bucket_us + 60000000)) as cut from piece p where gaps && int8range(p.first_us, p.last_us)) c
    cross join lateral series.minutes_beside_gaps(tag, c.cut, gaps) b
  ), following as ('],
    ['sum(greatest(0, p.held_us - coalesce((', 'sum(coalesce(e.held_us, greatest(0, p.held_us - coalesce(('],
    ['g.to_us > p.first_us), 0))) as held_us', 'g.to_us > p.first_us), 0)))) as held_us']];
begin
  foreach of_function in array array['series.tag_buckets(int4, timestamptz, timestamptz, interval)', 'series.tag_intervals(int4, timestamptz[], timestamptz[])']::regprocedure[] loop
    definition := pg_get_functiondef(of_function);
    foreach change slice 1 in array changes || case of_function::oid
      when 'series.tag_buckets(int4, timestamptz, timestamptz, interval)'::regprocedure::oid
        then array['from piece p where p.bucket_us >= low', 'from piece p left join beside e on e.bucket_us = p.bucket_us where p.bucket_us >= low']
      else array['and p.bucket_us < s.to_us', 'and p.bucket_us < s.to_us left join beside e on e.bucket_us = p.bucket_us'] end
    loop
      if position(change[1] in definition) = 0 then
        raise exception '% does not say: %', of_function, change[1];
      end if;
      definition := replace(definition, change[1], change[2]);
    end loop;
    execute definition;
  end loop;
end $$;
