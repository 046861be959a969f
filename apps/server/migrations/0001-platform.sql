-- The walls every later table stands behind, and the platform's own tables.

grant usage on schema public to yunqian_app;
grant select on schema_migration to yunqian_app;

-- The tenant of this transaction; null outside one, so that a policy then shows nothing.
create function current_tenant() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '')::uuid;
revoke execute on function current_tenant() from public;
grant execute on function current_tenant() to yunqian_app;

-- Puts a table behind the tenant wall; every table with a tenant_id calls it (a test looks).
create function tenant_wall(target regclass) returns void
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_wall on %s using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())',
    target);
end $$;
revoke execute on function tenant_wall(regclass) from public;

-- A running process, known by the number it holds as an advisory lock while it lives (platform/signals). What a dead one was
-- at work on may be taken over at once, however it died.
create function process_lives(holder integer) returns boolean
  language sql stable set search_path = pg_catalog
  begin atomic
    select exists (
      select 1 from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and l.classid = 2037739123 and l.objid = holder::oid and l.objsubid = 2
        and l.granted and d.datname = current_database());
  end;
revoke execute on function process_lives(integer) from public;
grant execute on function process_lives(integer) to yunqian_app;

-- Answers to requests that carried an Idempotency-Key. The key hashes principal, method, route and key; the answer is
-- sealed because it may carry secrets. Running under a holder that no longer lives: the request runs again.
create table idempotency_record (
  record_key bytea primary key check (length(record_key) = 32),
  request_hash bytea not null check (length(request_hash) = 32),
  -- Null once answered.
  holder integer,
  status smallint,
  media_type text,
  answer_sealed bytea,
  expires_at timestamptz not null,
  check ((holder is null) = (status is not null and answer_sealed is not null))
);
create index on idempotency_record (expires_at);
grant select, insert, update, delete on idempotency_record to yunqian_app;

create table district (
  tenant_id uuid primary key,
  name text not null,
  created_at timestamptz not null
);
select tenant_wall('district');
grant select, insert, update on district to yunqian_app;

-- Work to be done after a commit, written in that commit. A row exists until its work is done.
create table job (
  tenant_id uuid not null references district,
  job_id uuid not null,
  kind text not null,
  -- What the work is about; one waiting job per kind and subject.
  subject text not null,
  run_at timestamptz not null,
  attempts integer not null default 0,
  -- The process at work on it.
  holder integer,
  last_error text,
  created_at timestamptz not null,
  primary key (tenant_id, job_id),
  unique (tenant_id, kind, subject)
);
create index on job (run_at);
select tenant_wall('job');
grant select, insert, update, delete on job to yunqian_app;

-- Workers serve all tenants; this is the only way to see their waiting work.
create function claim_jobs(kinds text[], at timestamptz, claimant integer, most integer)
  returns table (tenant_id uuid, job_id uuid, kind text, subject text, attempts integer)
  language sql security definer set search_path = pg_catalog, public
  begin atomic
    update job j set holder = claimant, attempts = j.attempts + 1
    where (j.tenant_id, j.job_id) in (
      select w.tenant_id, w.job_id from job w
      where w.kind = any (kinds) and w.run_at <= at
        and (w.holder is null or not process_lives(w.holder))
      order by w.run_at
      limit most
      for update skip locked)
    returning j.tenant_id, j.job_id, j.kind, j.subject, j.attempts;
  end;
revoke execute on function claim_jobs(text[], timestamptz, integer, integer) from public;
grant execute on function claim_jobs(text[], timestamptz, integer, integer) to yunqian_app;

create function list_tenants() returns table (tenant_id uuid, name text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic select d.tenant_id, d.name from district d order by d.created_at; end;
revoke execute on function list_tenants() from public;
grant execute on function list_tenants() to yunqian_app;
