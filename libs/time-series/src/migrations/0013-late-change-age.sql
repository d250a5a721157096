-- Late changes go by their own age where hours are kept for ever: in the order of time, as they were written.
create index late_change_age on series.late_change using brin (last_us);
