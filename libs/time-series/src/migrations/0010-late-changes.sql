-- What changed in history after its time was over (ADR 31): from it the revision of any interval, a shift's or a day's of a plant
-- calendar, is counted.

create table series.late_change (
  tenant_id int4 not null,
  tag_id int4 not null,
  -- Start of the UTC day that changed.
  day_us int8 not null,
  -- Start of the quarter of an hour in which it changed: a backlog that comes in a thousand pieces makes few rows.
  changed_at_us int8 not null,
  -- When the last of the batches came that changed it.
  last_us int8 not null,
  -- The quarters of an hour that changed, the day's first one first.
  quarters bit(96) not null,
  primary key (tenant_id, tag_id, day_us, changed_at_us)
);

alter table series.late_change enable row level security, force row level security;
create policy tenant on series.late_change to telltale_historian, telltale_ingest, telltale_insights, telltale_alarms, telltale_api
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int4)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int4);
create policy grafana on series.late_change for select to grafana_reader using (tenant_id = substr(current_user::text, 3)::int4);
grant select, insert, update, delete on series.late_change to telltale_historian;
grant select on series.late_change to telltale_insights, telltale_alarms, telltale_api, grafana_reader;
