-- Certificates of people and their state, and the revocation lists of the CA.

create table certificate (
  tenant_id uuid not null references district,
  certificate_id uuid not null,
  person_id uuid not null,
  key_id uuid not null,
  -- Drawn and committed before the issuer signs: no serial is ever signed for twice.
  serial_number_hex text not null unique,
  state text not null check (state in ('preparing', 'abandoned', 'valid', 'suspended', 'revoked')),
  state_since timestamptz not null,
  state_reason text,
  subject text not null,
  issuer text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  der bytea,
  created_at timestamptz not null,
  primary key (tenant_id, certificate_id),
  foreign key (tenant_id, person_id) references person,
  check ((der is null) = (state in ('preparing', 'abandoned')))
);
create index on certificate (tenant_id, person_id, created_at);
-- One certificate, or one attempt at it, per key.
create unique index certificate_of_key on certificate (tenant_id, key_id) where state <> 'abandoned';
select tenant_wall('certificate');
grant select, insert, update on certificate to yunqian_app;

create table revocation_list (
  crl_number bigint primary key,
  this_update timestamptz not null,
  next_update timestamptz not null,
  der bytea not null
);
grant select, insert on revocation_list to yunqian_app;

-- OCSP and CRL speak for all districts: by serial number, and of what is not valid.
create function resolve_certificate(serial_hex text)
  returns table (tenant_id uuid, certificate_id uuid, state text, state_since timestamptz, der bytea)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select c.tenant_id, c.certificate_id, c.state, c.state_since, c.der
    from certificate c where c.serial_number_hex = serial_hex and c.der is not null;
  end;

create function list_revocations(at timestamptz)
  returns table (serial_number_hex text, state text, state_since timestamptz)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select c.serial_number_hex, c.state, c.state_since from certificate c
    where c.state in ('suspended', 'revoked') and c.not_after > at
    order by c.serial_number_hex;
  end;

-- When any certificate last changed its state after it was issued.
create function last_status_change() returns timestamptz
  language sql stable security definer set search_path = pg_catalog, public
  return (select max(c.state_since) from certificate c where c.der is not null and c.state_since > c.created_at);

revoke execute on function resolve_certificate(text), list_revocations(timestamptz), last_status_change() from public;
grant execute on function resolve_certificate(text), list_revocations(timestamptz), last_status_change() to yunqian_app;
