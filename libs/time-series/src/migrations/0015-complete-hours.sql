-- Readers ask the chunks of a day only for what its stored hours lack.

-- Every hour before until_us that has samples is stored, and every hour whose samples lie in a chunk that is not about to merge; with
-- its quarters, where quarters are stored. Of rows written before it is not known: readers ask for what they lack in a second question.
alter table series.rollup_day add column complete boolean not null default false;

-- `stored` has bit n set when hour n of the day is stored, with its quarters where quarters are.
create function series.hours_complete(tenant int4, tag int4, day int8, until int8, stored int8) returns boolean
  language sql stable parallel safe set search_path = '' as $$
  select not exists (
    select from series.sample_chunk c
      cross join lateral (select (c.t_min_us - day) / 3600000000 as first, (c.t_max_us - day) / 3600000000 as last) h
      cross join lateral (select ((1::int8 << (h.last - h.first + 1)::int4) - 1) << h.first::int4 as mask) m
     where c.tenant_id = tenant and c.tag_id = tag and c.window_start_us >= day and c.window_start_us < day + 86400000000
       and case when c.merge_at_us is not null and c.span_s < 3600 then c.window_start_us < until else stored & m.mask <> m.mask end)
$$;
revoke all on function series.hours_complete(int4, int4, int8, int8, int8) from public;
grant execute on function series.hours_complete(int4, int4, int8, int8, int8) to telltale_historian;
