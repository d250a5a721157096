-- The latest values of 32 tags are one packed row: a row per tag cost more WAL than all samples together.
create table series.latest_page (
  tenant_id int4 not null,
  -- tag_id >> 5
  page int4 not null,
  -- Bit i: tag page * 32 + i has a value; `data` holds them in order of the tags.
  present int4 not null,
  data bytea not null,
  primary key (tenant_id, page)
) with (fillfactor = 40);
alter table series.latest_page alter column data set storage external;

do $$
begin
  execute 'alter table series.latest_page enable row level security, force row level security';
  execute 'create policy tenant on series.latest_page to telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api '
    || 'using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::int4) '
    || 'with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::int4)';
  execute 'create policy grafana on series.latest_page for select to grafana_reader using (tenant_id = substr(current_user::text, 3)::int4)';
end $$;
grant select, insert, update, delete on series.latest_page to telltale_historian;
grant select on series.latest_page to telltale_insights, telltale_alarms, telltale_api, grafana_reader;

-- The migration's next step packs these rows and drops the table: SQL can read pages but not write them.
drop view series.latest_sample;
alter table series.tag_latest rename to tag_latest_row;
alter table series.tag_latest_row no force row level security;

-- The samples of one page. A page whose bytes are no packed samples gives its tags without values.
create function series.unpack_page(page int4, present int4, data bytea)
  returns table (tag_id int4, value float8, source_time_us int8, server_time_us int8, status int8)
  language plpgsql immutable strict parallel safe set search_path = '' as $$
#variable_conflict use_variable
declare
  units constant int8[] := array[1, 1000, 1000000];
  tags constant int4[] := array(select page * 32 + i from pg_catalog.generate_series(0, 31) i where (present >> i) & 1 = 1);
  bits varbit;
  source_unit int8;
  server_unit int8;
  count int4;
  origin int8;
  at int4 := 16;
  behind boolean;
  sources int8[];
  servers int8[];
  known int8[];
  indexes int8[];
  numbers float8[];
begin
  if pg_catalog.length(data) < 20 or pg_catalog.substring(data, 1, 3) <> '\x545001'::bytea then
    return query select t, null::float8, null::int8, null::int8, null::int8 from unnest(tags) t;
    return;
  end if;
  bits := ('x' || pg_catalog.encode(data, 'hex'))::varbit;
  source_unit := units[(pg_catalog.get_byte(data, 3) >> 4) + 1];
  server_unit := units[(pg_catalog.get_byte(data, 3) & 15) + 1];
  count := pg_catalog.substring(bits, 33, 32)::int4;
  origin := pg_catalog.substring(bits, 65, 64)::int8;
  origin := case when origin % 2 = 0 then origin / 2 else -((origin + 1) / 2) end;
  select u.at, u.numbers into at, sources from series.unpack_integers(bits, at, count) u;
  behind := pg_catalog.get_byte(data, at) = 1;
  at := at + 1;
  select u.at, u.numbers into at, servers from series.unpack_integers(bits, at, count) u;
  known := array(select pg_catalog.substring(bits, (at + 1 + i * 4) * 8 + 1, 32)::int8 & 4294967295
                 from pg_catalog.generate_series(0, pg_catalog.get_byte(data, at)) i);
  at := at + 5 + pg_catalog.get_byte(data, at) * 4;
  if pg_catalog.array_length(known, 1) > 1 then
    select u.at, u.numbers into at, indexes from series.unpack_integers(bits, at, count) u;
  else
    indexes := pg_catalog.array_fill(0::int8, array[count]);
  end if;
  select u.at, u.numbers into at, numbers from series.unpack_numbers(bits, at, count) u;
  return query
    select s.t, s.v, s.source * source_unit + origin,
           case when behind then s.source * source_unit + origin + s.server * least(source_unit, server_unit)
                else (s.server + pg_catalog.floor(origin / server_unit::numeric)::int8) * server_unit end,
           known[s.k + 1]
      from unnest(tags, numbers, sources, servers, indexes) as s(t, v, source, server, k);
end $$;

-- The latest values of these tags: reads their pages only.
create function series.latest_of(tags int4[])
  returns table (tag_id int4, value float8, source_time_us int8, server_time_us int8, status int8)
  language sql stable security invoker set search_path = ''
  begin atomic
    select l.* from series.latest_page p cross join lateral series.unpack_page(p.page, p.present, p.data) l
     where p.page = any(array(select distinct t >> 5 from unnest(latest_of.tags) t)) and l.tag_id = any(latest_of.tags);
  end;

-- Every tag's latest value. For some tags read series.latest_of(tags): a condition on tag_id does not leave out pages.
create view series.tag_latest with (security_invoker = true) as
  select p.tenant_id, l.tag_id, l.value, l.source_time_us, l.server_time_us, l.status
  from series.latest_page p cross join lateral series.unpack_page(p.page, p.present, p.data) l;

create view series.latest_sample with (security_invoker = true) as
  select tenant_id, tag_id, value, series.time_of(source_time_us) as source_time, series.time_of(server_time_us) as server_time, status,
         case status >> 30 when 0 then 'good' when 1 then 'uncertain' else 'bad' end as quality
  from series.tag_latest;

-- tag_buckets asked the table for one tag by its key.
do $$
declare
  before constant text := pg_get_functiondef('series.tag_buckets(int4, timestamptz, timestamptz, interval)'::regprocedure);
  later constant text := replace(before, 'from series.tag_latest l where l.tag_id = tag', 'from series.latest_of(array[tag]) l');
begin
  if later = before then
    raise exception 'tag_buckets does not read tag_latest';
  end if;
  execute later;
end $$;

revoke all on function series.unpack_page(int4, int4, bytea), series.latest_of(int4[]) from public;
grant execute on function series.unpack_page(int4, int4, bytea), series.latest_of(int4[])
  to grafana_reader, telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api;
grant select on series.tag_latest to telltale_historian, telltale_insights, telltale_alarms, telltale_api, grafana_reader;
grant select on series.latest_sample to grafana_reader, telltale_api, telltale_insights;
