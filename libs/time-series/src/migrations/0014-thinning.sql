-- Between all samples and minutes alone: old samples of some tags thinned within a bound (ADR 32).

-- Days after which samples are thinned, of tags with a bound; null: never.
alter table series.retention_class add column thin_days int4, add check (thin_days >= 1), add check (thin_days <= raw_days);

-- How far a straight line between the samples kept may be away from one left out, in the tag's unit; null: never thinned.
alter table series.tag_retention add column thin_error float8, add check (thin_error >= 0 and thin_error < 'Infinity');

-- The bound within which its samples were thinned; null: they are all there. n, good and minutes tell of all that came.
alter table series.sample_chunk add column thinned float8;
