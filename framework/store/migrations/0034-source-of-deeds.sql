-- By what way somebody did something. Of deeds before this column it is not known.
alter table audit_log add column source text check (source in ('dashboard', 'api', 'cli', 'program'));

-- A command says so with its connections (`windrow.source`). Servers share theirs with the dashboard: there a token has its name,
-- and whoever is logged in has a session. The rest are plugins, dags, and programs that use the framework.
create function tell_source() returns trigger language plpgsql set search_path from current as $$
begin
  new.source := case
    when current_setting('windrow.source', true) = 'cli' then 'cli'
    when new.actor like 'token:%' then 'api'
    when new.actor = 'local' or new.action in ('logged_in', 'login_failed', 'logged_out') then 'dashboard'
    when exists (select from dashboard_session s where s.actor = new.actor) then 'dashboard'
    else 'program'
  end;
  return new;
end
$$;
create trigger audit_log_source before insert on audit_log for each row execute function tell_source();
