-- Who may come in to the dashboard and its API, and what people did. Of passwords, sessions and tokens only hashes are kept.

create table dashboard_user (
  name text primary key,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  -- With the parameters of its making beside it.
  password_hash text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  last_login_at timestamptz
);

create table dashboard_session (
  hash bytea primary key,
  actor text not null,
  -- Of a user of this table, whose role of today counts; the others keep the role with which they came in.
  user_name text references dashboard_user (name) on delete cascade,
  role text check (role in ('viewer', 'operator', 'admin')),
  opened_at timestamptz not null,
  -- Moves on with use, never beyond `expires_at`.
  idle_at timestamptz not null,
  expires_at timestamptz not null,
  check ((user_name is null) <> (role is null))
);
create index dashboard_session_idle on dashboard_session (idle_at);
create index dashboard_session_of_user on dashboard_session (user_name);

create table api_token (
  id bigint generated always as identity primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create unique index api_token_name on api_token (name) where revoked_at is null;

-- Tries to log in with one name, also with one that is nobody's, until one succeeds.
create table login_attempt (
  name_hash bytea primary key,
  failures integer not null,
  next_at timestamptz not null
);
create index login_attempt_age on login_attempt (next_at);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  dag_id text,
  run_id bigint,
  record_id bigint,
  details jsonb not null default '{}'
);
create index audit_log_of_actor on audit_log (actor, id);
create index audit_log_of_action on audit_log (action, id);

-- What somebody did is told by an event that says `by`. Copied here in the same transaction, whichever program did it, because
-- events are cleaned up and the audit log is not.
create function note_audit() returns trigger language plpgsql set search_path from current as $$
begin
  insert into audit_log (at, actor, action, dag_id, run_id, record_id, details)
  values (new.at, new.details ->> 'by', new.kind, new.dag_id, new.run_id, new.record_id, new.details - 'by');
  return null;
end
$$;
create trigger event_to_audit_log after insert on event for each row when (new.details ? 'by') execute function note_audit();
