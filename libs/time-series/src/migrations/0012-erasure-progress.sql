-- An erasure is recorded when it begins and counts as it goes on: one that was broken off leaves what it erased.

-- When nothing was left; null: it is under way or was broken off. erased_at_us is when it began.
alter table series.erasure add column finished_at_us int8;
-- The owner is bound by row security too.
alter table series.erasure no force row level security;
update series.erasure set finished_at_us = erased_at_us;
alter table series.erasure force row level security;
grant update (counts, finished_at_us) on series.erasure to telltale_historian;
