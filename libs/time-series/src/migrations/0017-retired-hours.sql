-- Hours that a declared gap cuts were read from minutes only: when these were retired, such an hour was missing. The stored one counts
-- where the minutes hold fewer samples; it leaves out the gap already.

do $$
declare
  of_function regprocedure;
  definition text;
  change text[];
  changes constant text[] := array[
    ['where not gaps && int8range(h.first_us, h.last_us + 1)',
     'where (not gaps && int8range(h.first_us, h.last_us + 1)
                           or h.n > coalesce((select sum(m.n) from series.tag_minutes(tag, h.bucket_us, h.bucket_us + hour_us) m), 0))'],
    ['cross join lateral series.minutes_beside_gaps(tag, c.cut, gaps) b', 'cross join lateral series.minutes_beside_gaps(tag, c.cut, gaps) b
    union all
    select h.bucket_us, h.held_us from unnest(hours) h']];
begin
  foreach of_function in array array['series.tag_buckets(int4, timestamptz, timestamptz, interval)', 'series.tag_intervals(int4, timestamptz[], timestamptz[])']::regprocedure[] loop
    definition := pg_get_functiondef(of_function);
    foreach change slice 1 in array changes loop
      if position(change[1] in definition) = 0 then
        raise exception '% does not say: %', of_function, change[1];
      end if;
      definition := replace(definition, change[1], change[2]);
    end loop;
    execute definition;
  end loop;
end $$;
