-- The server's halves of the people's keys. Nobody holds a whole one.

create table two_party_key (
  tenant_id uuid not null references district,
  key_id uuid not null,
  person_id uuid not null,
  device_id uuid not null,
  epoch integer not null check (epoch >= 1),
  state text not null check (state in ('active', 'suspended', 'destroyed')),
  -- 04‖x‖y.
  public_key bytea not null check (length(public_key) = 65),
  -- d2, P1 and the OPRF secret, sealed to this key id; null once destroyed.
  share_sealed bytea,
  phone_point_sealed bytea,
  oprf_secret_sealed bytea,
  oprf_public_key bytea not null,
  -- Tries charged since the last right PIN, and over the key's life; a right PIN gives its own try back.
  tries_in_row integer not null default 0 check (tries_in_row >= 0),
  tries_in_life integer not null default 0 check (tries_in_life >= 0),
  -- Signing sessions opened so far: the counter in every session's context.
  sessions bigint not null default 0,
  created_at timestamptz not null,
  suspended_at timestamptz,
  suspended_reason text,
  destroyed_at timestamptz,
  primary key (tenant_id, key_id),
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, device_id) references device (tenant_id, device_id),
  check ((state = 'destroyed') = (share_sealed is null and oprf_secret_sealed is null)),
  check ((state = 'destroyed') = (destroyed_at is not null))
);
create index on two_party_key (tenant_id, person_id);
select tenant_wall('two_party_key');
grant select, insert, update on two_party_key to yunqian_app;
