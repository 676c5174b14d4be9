-- Why a window without a record was given up: tasks of later windows do not wait for it any more.
alter table dag_run add column skip_reason text;
