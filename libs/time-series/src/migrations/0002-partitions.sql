-- Run by the historian's role with the owner's rights: it may create and empty partitions, nothing else.

-- Creates the missing partitions for [from_day, to_day). Returns how many. Rows outside all of them live in the default partition.
create function series.create_partitions(from_day date, to_day date) returns int4
  language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '500ms' as $$
declare
  parent text;
  step interval;
  starts date;
  ends date;
  child text;
  created int4 := 0;
begin
  if to_day > from_day + 3700 then
    raise exception 'create_partitions: % to % is more than ten years', from_day, to_day;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(7356101);
  foreach parent in array array['sample_chunk', 'rollup_1m', 'rollup_1h'] loop
    step := case parent when 'rollup_1m' then interval '7 days' else interval '1 month' end;
    starts := case parent when 'rollup_1m' then pg_catalog.date_trunc('week', from_day)::date else pg_catalog.date_trunc('month', from_day)::date end;
    while starts < to_day loop
      ends := (starts + step)::date;
      child := parent || pg_catalog.to_char(starts, '_YYYYMMDD');
      if pg_catalog.to_regclass('series.' || child) is null then
        begin
          if parent = 'sample_chunk' then
            execute pg_catalog.format('create table series.%I partition of series.%I for values from (%s) to (%s)', child, parent,
              series.us_of(starts::timestamptz), series.us_of(ends::timestamptz));
          else
            execute pg_catalog.format('create table series.%I partition of series.%I for values from (%L) to (%L)', child, parent,
              starts::timestamptz, ends::timestamptz);
          end if;
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

-- Empties a ring partition of sample_block that holds no row and that nobody uses at this moment. Never waits.
create function series.reclaim_blocks(slot int2) returns boolean
  language plpgsql security definer set search_path = '' as $$
declare
  occupied boolean;
begin
  if slot not between 0 and 3 then
    raise exception 'reclaim_blocks: there is no slot %', slot;
  end if;
  if pg_catalog.pg_relation_size(('series.sample_block_' || slot)::regclass) = 0 then
    return false;
  end if;
  execute pg_catalog.format('lock table series.%I in access exclusive mode nowait', 'sample_block_' || slot);
  -- The partition addressed directly has no row security, so that this sees every tenant's rows.
  execute pg_catalog.format('select exists (select from series.%I)', 'sample_block_' || slot) into occupied;
  if occupied then
    return false;
  end if;
  execute pg_catalog.format('truncate series.%I', 'sample_block_' || slot);
  return true;
exception when lock_not_available then
  return false;
end $$;

revoke all on function series.create_partitions(date, date), series.reclaim_blocks(int2) from public;
grant execute on function series.create_partitions(date, date), series.reclaim_blocks(int2) to telltale_historian;

select series.create_partitions((now() - interval '13 months')::date, (now() + interval '2 months')::date);
