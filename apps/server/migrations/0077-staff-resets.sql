-- One-time links by which a member of staff who lost password and passkeys comes back in.
create table staff_reset (
  tenant_id uuid not null,
  reset_id uuid not null,
  staff_id uuid not null,
  token_hash bytea not null unique,
  -- Null: made on the server by who operates it.
  made_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, reset_id),
  foreign key (tenant_id, staff_id) references staff (tenant_id, staff_id),
  foreign key (tenant_id, made_by) references staff (tenant_id, staff_id)
);
create index on staff_reset (tenant_id, staff_id);
select tenant_wall('staff_reset');
grant select, insert, update on staff_reset to yunqian_app;

create function resolve_staff_reset(wanted bytea, at timestamptz)
  returns table (tenant_id uuid, reset_id uuid, staff_id uuid)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select r.tenant_id, r.reset_id, r.staff_id from staff_reset r
    join staff s on s.tenant_id = r.tenant_id and s.staff_id = r.staff_id
    where r.token_hash = wanted and r.used_at is null and r.expires_at > at and s.state = 'active';
  end;
revoke execute on function resolve_staff_reset(bytea, timestamptz) from public;
grant execute on function resolve_staff_reset(bytea, timestamptz) to yunqian_app;
