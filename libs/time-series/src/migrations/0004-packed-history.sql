-- Chunks in a form that SQL reads, with their minutes beside them; quarters and hours packed per tag and day (ADR 21).

drop function series.tag_points(int4, timestamptz, timestamptz);
drop function series.tag_buckets(int4, timestamptz, timestamptz, interval);
drop table series.rollup_1m, series.rollup_1h;

-- Null: too few samples per minute for a rollup to be smaller, readers compute them from the samples.
alter table series.sample_chunk add column minutes bytea;
alter table series.sample_chunk alter column minutes set storage main;
-- Raw samples may go before their minutes do.
alter table series.sample_chunk alter column data drop not null;
-- Chunks in the older form are due as soon as their hour or day is over: the compactor writes them anew, with their minutes and hours.
update series.sample_chunk set merge_at_us = case span_s
  when 86400 then 0
  when 3600 then (window_start_us / 86400000000 + 1) * 86400000000 + 120000000
  else (window_start_us / 3600000000 + 1) * 3600000000 + 120000000 end;

-- Quarters and hours of one tag and UTC day, of those hours alone that are over and whose samples lie in chunks of an hour or a day.
create table series.rollup_day (
  tenant_id int4 not null,
  tag_id int4 not null,
  day_us int8 not null,
  -- End of the last hour.
  until_us int8 not null,
  n int4 not null,
  good int4 not null,
  hours bytea not null,
  -- Null: too few samples per quarter, as with minutes.
  quarters bytea,
  -- How often the row was written anew.
  revision int4 not null default 0,
  primary key (tenant_id, tag_id, day_us)
) partition by range (day_us);
alter table series.rollup_day alter column hours set storage main;
create table series.rollup_day_other partition of series.rollup_day default;

alter table series.rollup_day enable row level security, force row level security;
create policy tenant on series.rollup_day to telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int4)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int4);
create policy grafana on series.rollup_day for select to grafana_reader using (tenant_id = substr(current_user::text, 3)::int4);
create policy grafana on series.sample_chunk for select to grafana_reader using (tenant_id = substr(current_user::text, 3)::int4);
grant select, insert, update, delete on series.rollup_day to telltale_historian;
grant select on series.rollup_day to telltale_insights, telltale_alarms, telltale_api, grafana_reader;
grant select on series.sample_chunk to grafana_reader;

create or replace function series.create_partitions(from_day date, to_day date) returns int4
  language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '500ms' as $$
declare
  parent text;
  starts date;
  ends date;
  child text;
  created int4 := 0;
begin
  if to_day > from_day + 3700 then
    raise exception 'create_partitions: % to % is more than ten years', from_day, to_day;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(7356101);
  foreach parent in array array['sample_chunk', 'rollup_day'] loop
    starts := pg_catalog.date_trunc('month', from_day)::date;
    while starts < to_day loop
      ends := (starts + interval '1 month')::date;
      child := parent || pg_catalog.to_char(starts, '_YYYYMMDD');
      if pg_catalog.to_regclass('series.' || child) is null then
        begin
          execute pg_catalog.format('create table series.%I partition of series.%I for values from (%s) to (%s)', child, parent,
            series.us_of(starts::timestamptz), series.us_of(ends::timestamptz));
          created := created + 1;
        exception when check_violation then
          -- The default partition already holds rows of this range: they stay there, correct and readable.
          null;
        end;
      end if;
      starts := ends;
    end loop;
  end loop;
  return created;
end $$;

select series.create_partitions((now() - interval '13 months')::date, (now() + interval '2 months')::date);
