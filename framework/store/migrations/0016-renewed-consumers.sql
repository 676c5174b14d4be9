-- What the watchdog of a worker did: how often it made a consumer anew, and when last.
alter table worker
  add column renewals integer not null default 0,
  add column renewed_at timestamptz;
