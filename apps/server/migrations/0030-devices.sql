-- Phones. Each signs its requests with a key of its own, so that no stranger can spend or lock somebody's PIN tries.

create table device (
  tenant_id uuid not null references district,
  device_id uuid not null unique,
  -- Null until an enrolment has found whose phone it is.
  person_id uuid,
  name text not null,
  -- P-256 SubjectPublicKeyInfo, DER.
  request_key bytea not null,
  state text not null check (state in ('active', 'retired')),
  created_at timestamptz not null,
  retired_at timestamptz,
  primary key (tenant_id, device_id),
  foreign key (tenant_id, person_id) references person,
  check ((state = 'retired') = (retired_at is not null))
);
create index on device (tenant_id, person_id);
select tenant_wall('device');
grant select, insert, update on device to yunqian_app;

-- Nonces of signed requests within the clock window. The signer is the SM3 of the request key, so that it covers the
-- first request too, when no device is known yet.
create table phone_request_nonce (
  signer bytea not null check (length(signer) = 32),
  nonce bytea not null check (length(nonce) = 16),
  seen_at timestamptz not null,
  primary key (signer, nonce)
);
create index on phone_request_nonce (seen_at);
grant select, insert, delete on phone_request_nonce to yunqian_app;

create function resolve_device(wanted uuid)
  returns table (tenant_id uuid, person_id uuid, request_key bytea, state text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select d.tenant_id, d.person_id, d.request_key, d.state from device d where d.device_id = wanted;
  end;
revoke execute on function resolve_device(uuid) from public;
grant execute on function resolve_device(uuid) to yunqian_app;
