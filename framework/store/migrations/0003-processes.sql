-- Schedulers are heard of as workers are, and each process says what it can take: "nobody does this" has to be seen.
alter table worker
  add column kind text not null default 'worker' check (kind in ('worker', 'scheduler')),
  add column pools text[] not null default '{}',
  add column dags text[] not null default '{}';
