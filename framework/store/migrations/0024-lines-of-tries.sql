-- Which try logged a line, and which of its lines it is: lines are stored while the try runs. A try that was lost and the one
-- behind it have the same attempt. Rows that were there before know neither.
alter table task_log add column fence bigint, add column line integer;
