-- What plugins noted about a try: [{ "plugin": …, "facts": … }].
alter table task_attempt add column notes jsonb;
