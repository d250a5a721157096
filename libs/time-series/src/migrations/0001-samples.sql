-- Times are microseconds since 1970 (int8) where only code reads, timestamptz where SQL users read.

create function series.time_of(us int8) returns timestamptz
  language sql immutable strict parallel safe
  return to_timestamp(us / 1000000::float8);

create function series.us_of(at timestamptz) returns int8
  language sql immutable strict parallel safe
  return (extract(epoch from at) * 1000000)::int8;

-- What every gateway epoch has committed, for ever: blocks come and go, this says what is a replay.
create table series.batch_ledger (
  tenant_id int4 not null,
  gateway_id int4 not null,
  epoch int8 not null,
  committed int8multirange not null default '{}',
  -- Settled without data: quarantined batches, which must not hold the watermark.
  set_aside int8multirange not null default '{}',
  primary key (tenant_id, gateway_id, epoch)
) with (fillfactor = 50);

-- The durable log. A row is here exactly as long as it is not folded into chunks.
-- The partitions are a ring over the hour of the append; an empty one that is not in use is truncated.
create table series.sample_block (
  tenant_id int4 not null,
  slot int2 not null,
  gateway_id int4 not null,
  epoch int8 not null,
  seq int8 not null,
  appended_at_us int8 not null,
  t_min_us int8 not null,
  t_max_us int8 not null,
  tag_min int4 not null,
  tag_max int4 not null,
  n int4 not null,
  damaged boolean not null default false,
  data bytea not null,
  primary key (tenant_id, gateway_id, epoch, seq, slot)
) partition by list (slot);
alter table series.sample_block alter column data set storage external;

create table series.sample_block_0 partition of series.sample_block for values in (0);
create table series.sample_block_1 partition of series.sample_block for values in (1);
create table series.sample_block_2 partition of series.sample_block for values in (2);
create table series.sample_block_3 partition of series.sample_block for values in (3);

-- History: one row per tag and window. Windows of one tag never overlap.
create table series.sample_chunk (
  tenant_id int4 not null,
  tag_id int4 not null,
  window_start_us int8 not null,
  span_s int4 not null,
  t_min_us int8 not null,
  t_max_us int8 not null,
  n int4 not null,
  good int4 not null,
  -- When to merge it into a larger window; null: it is final.
  merge_at_us int8,
  data bytea not null,
  primary key (tenant_id, tag_id, window_start_us)
) partition by range (window_start_us);
alter table series.sample_chunk alter column data set storage external;
create index sample_chunk_merge on series.sample_chunk (tenant_id, merge_at_us) where merge_at_us is not null;
create table series.sample_chunk_other partition of series.sample_chunk default;

create table series.rollup_1m (
  tenant_id int4 not null,
  tag_id int4 not null,
  bucket timestamptz not null,
  n int4 not null,
  good int4 not null,
  min float8,
  max float8,
  sum float8 not null,
  first float8,
  last float8,
  -- First and last sample of any quality.
  first_us int8 not null,
  last_us int8 not null,
  -- Time between samples of the bucket that a good sample covers, and the integral of its value over it.
  held_us int8 not null,
  integral float8 not null,
  last_good boolean not null,
  revision int4 not null default 0,
  primary key (tenant_id, tag_id, bucket)
) partition by range (bucket);
create table series.rollup_1m_other partition of series.rollup_1m default;

create table series.rollup_1h (like series.rollup_1m including defaults, primary key (tenant_id, tag_id, bucket)) partition by range (bucket);
create table series.rollup_1h_other partition of series.rollup_1h default;

create table series.tag_latest (
  tenant_id int4 not null,
  tag_id int4 not null,
  value float8 not null,
  source_time_us int8 not null,
  server_time_us int8 not null,
  status int8 not null,
  primary key (tenant_id, tag_id)
) with (fillfactor = 50);

create table series.continuity (
  tenant_id int4 not null,
  tag_id int4 not null,
  from_us int8 not null,
  to_us int8 not null,
  kind text not null,
  reason text not null,
  recorded_at_us int8 not null,
  gateway_id int4 not null,
  epoch int8 not null,
  seq int8 not null,
  row int4 not null,
  primary key (tenant_id, tag_id, from_us, gateway_id, epoch, seq, row)
);
create index continuity_recorded on series.continuity (tenant_id, recorded_at_us);

do $$
declare
  name text;
begin
  foreach name in array array['batch_ledger', 'sample_block', 'sample_chunk', 'rollup_1m', 'rollup_1h', 'tag_latest', 'continuity'] loop
    execute format('alter table series.%I enable row level security', name);
    execute format('alter table series.%I force row level security', name);
    execute format(
      'create policy tenant on series.%I to telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api '
      || 'using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::int4) '
      || 'with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::int4)', name);
  end loop;
  foreach name in array array['rollup_1m', 'rollup_1h', 'tag_latest', 'continuity'] loop
    execute format('create policy grafana on series.%I for select to grafana_reader using (tenant_id = substr(current_user::text, 3)::int4)', name);
  end loop;
end $$;

grant usage on schema series to telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api, grafana_reader;
grant select, insert, update on series.batch_ledger, series.tag_latest to telltale_historian;
grant select, insert, update, delete on series.sample_block, series.sample_chunk, series.rollup_1m, series.rollup_1h to telltale_historian;
grant select, insert on series.continuity to telltale_historian;
grant select on series.batch_ledger to telltale_ingest, telltale_api;
grant select on series.sample_block, series.sample_chunk, series.rollup_1m, series.rollup_1h, series.tag_latest, series.continuity
  to telltale_insights, telltale_alarms, telltale_api;
grant select on series.rollup_1m, series.rollup_1h, series.tag_latest, series.continuity to grafana_reader;
