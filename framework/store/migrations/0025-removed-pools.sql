-- Since when the code that was registered last does not name a pool that is kept all the same.
alter table pool add column removed_at timestamptz;
