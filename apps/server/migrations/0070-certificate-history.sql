-- Every change of a certificate's state, in its order: the row of the certificate says how it is, these say how it came to be.

-- What a revocation tells OCSP and CRL of itself (RFC 5280 §5.3.1). Null: unspecified.
alter table certificate add column revocation_reason text
  check (revocation_reason in ('unspecified', 'superseded', 'affiliationChanged', 'cessationOfOperation'));

create table certificate_change (
  tenant_id uuid not null,
  certificate_id uuid not null,
  -- 1 for the issuing.
  ordinal integer not null check (ordinal >= 1),
  change text not null check (change in ('issued', 'suspended', 'resumed', 'revoked', 'superseded')),
  at timestamptz not null,
  -- Who: a member of staff, the holder's phone, or a room of the server by itself.
  staff_id uuid,
  device_id uuid,
  room text,
  reason text,
  -- The event written in the same commit; null only where a database older than this table has lost it.
  event_id uuid,
  primary key (tenant_id, certificate_id, ordinal),
  foreign key (tenant_id, certificate_id) references certificate,
  foreign key (tenant_id, staff_id) references staff (tenant_id, staff_id),
  foreign key (tenant_id, device_id) references device (tenant_id, device_id),
  foreign key (tenant_id, event_id) references evidence_event (tenant_id, event_id),
  check ((change = 'issued') = (ordinal = 1)),
  check (num_nonnulls(staff_id, device_id, room) = 1)
);
select tenant_wall('certificate_change');
grant select, insert on certificate_change to yunqian_app;

-- What happened before this table: the events tell it. The reason of the last change alone was kept in the clear.
insert into certificate_change
select c.tenant_id, c.certificate_id,
  row_number() over (partition by c.tenant_id, c.certificate_id
    order by e.type <> 'certificate.issued', e.at, e.event_id),
  substr(e.type, 13), e.at,
  (e.subject ->> 'staffId')::uuid, (e.subject ->> 'deviceId')::uuid,
  case when e.subject ?| array['staffId', 'deviceId'] then null else coalesce(e.subject ->> 'room', 'issuance') end,
  case when e.type <> 'certificate.issued' and lead(e.event_id) over (partition by c.tenant_id, c.certificate_id
    order by e.type <> 'certificate.issued', e.at, e.event_id) is null then c.state_reason end,
  e.event_id
from certificate c join evidence_event e on e.tenant_id = c.tenant_id
  and e.subject @> jsonb_build_object('certificateId', c.certificate_id::text)
  and e.type in ('certificate.issued', 'certificate.suspended', 'certificate.resumed', 'certificate.revoked')
where c.der is not null;

drop function resolve_certificate(text);
create function resolve_certificate(serial_hex text)
  returns table (tenant_id uuid, certificate_id uuid, state text, state_since timestamptz, der bytea, revocation_reason text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select c.tenant_id, c.certificate_id, c.state, c.state_since, c.der, c.revocation_reason
    from certificate c where c.serial_number_hex = serial_hex and c.der is not null;
  end;

-- `at` is when the list before was made: an entry stays until one list beyond its certificate's life has shown it
-- (RFC 5280 §3.3).
drop function list_revocations(timestamptz);
create function list_revocations(at timestamptz)
  returns table (serial_number_hex text, state text, state_since timestamptz, revocation_reason text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select c.serial_number_hex, c.state, c.state_since, c.revocation_reason from certificate c
    where c.state in ('suspended', 'revoked') and c.not_after > at
    order by c.serial_number_hex;
  end;

revoke execute on function resolve_certificate(text), list_revocations(timestamptz) from public;
grant execute on function resolve_certificate(text), list_revocations(timestamptz) to yunqian_app;
