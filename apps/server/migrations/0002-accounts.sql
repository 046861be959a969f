-- District, centres, people, staff and the programs that call us.

create table centre (
  tenant_id uuid not null references district,
  centre_id uuid not null,
  -- What a doctor types to find the centre; unique over all districts because it also finds the district.
  code text not null unique,
  name text not null,
  state text not null check (state in ('open', 'closed')),
  created_at timestamptz not null,
  primary key (tenant_id, centre_id)
);
select tenant_wall('centre');
grant select, insert, update on centre to yunqian_app;

-- A natural person, doctor or patient. The ID number is sealed; *_index are keyed hashes that find it.
create table person (
  tenant_id uuid not null references district,
  person_id uuid not null,
  name text not null,
  id_number_sealed bytea not null,
  id_number_index bytea not null,
  mobile_sealed bytea not null,
  mobile_index bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, person_id),
  unique (tenant_id, id_number_index)
);
create index on person (tenant_id, mobile_index);
create index on person (tenant_id, created_at);
select tenant_wall('person');
grant select, insert, update on person to yunqian_app;

create table membership (
  tenant_id uuid not null,
  person_id uuid not null,
  centre_id uuid not null,
  role text not null check (role in ('doctor', 'nurse')),
  title text,
  employee_number text,
  state text not null check (state in ('active', 'ended')),
  created_at timestamptz not null,
  primary key (tenant_id, person_id, centre_id, role),
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, centre_id) references centre
);
create index on membership (tenant_id, centre_id);
select tenant_wall('membership');
grant select, insert, update on membership to yunqian_app;

create table staff (
  tenant_id uuid not null references district,
  staff_id uuid not null,
  login text not null unique check (login = lower(login)),
  name text not null,
  -- scrypt$<log2 N>$<r>$<p>$<salt>$<hash>, base64url.
  password_hash text not null,
  state text not null check (state in ('active', 'disabled')),
  created_at timestamptz not null,
  primary key (tenant_id, staff_id)
);
select tenant_wall('staff');
grant select, insert, update on staff to yunqian_app;

-- centre_id null: the role holds for the whole district.
create table staff_role (
  tenant_id uuid not null,
  staff_id uuid not null,
  role text not null check (role in ('district-admin', 'clerk', 'auditor')),
  centre_id uuid,
  unique nulls not distinct (tenant_id, staff_id, role, centre_id),
  foreign key (tenant_id, staff_id) references staff,
  foreign key (tenant_id, centre_id) references centre
);
select tenant_wall('staff_role');
grant select, insert, delete on staff_role to yunqian_app;

create table staff_passkey (
  tenant_id uuid not null,
  credential_id bytea not null unique,
  staff_id uuid not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (tenant_id, credential_id),
  foreign key (tenant_id, staff_id) references staff
);
create index on staff_passkey (tenant_id, staff_id);
select tenant_wall('staff_passkey');
grant select, insert, update, delete on staff_passkey to yunqian_app;

create table staff_session (
  tenant_id uuid not null,
  session_id uuid not null,
  staff_id uuid not null,
  token_hash bytea not null unique,
  opened_by text not null check (opened_by in ('invitation', 'password', 'passkey')),
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, session_id),
  foreign key (tenant_id, staff_id) references staff
);
select tenant_wall('staff_session');
grant select, insert, update on staff_session to yunqian_app;

create table invitation (
  tenant_id uuid not null references district,
  invitation_id uuid not null,
  token_hash bytea not null unique,
  role text not null check (role in ('district-admin', 'clerk', 'auditor')),
  centre_id uuid,
  suggested_name text,
  -- Null for the first administrator's, which the installation prints.
  invited_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  primary key (tenant_id, invitation_id),
  foreign key (tenant_id, centre_id) references centre,
  foreign key (tenant_id, invited_by) references staff (tenant_id, staff_id),
  foreign key (tenant_id, accepted_by) references staff (tenant_id, staff_id)
);
select tenant_wall('invitation');
grant select, insert, update on invitation to yunqian_app;

-- A program of a centre that calls the API, such as its HIS.
create table application (
  tenant_id uuid not null references district,
  application_id uuid not null unique,
  centre_id uuid not null,
  name text not null,
  state text not null check (state in ('active', 'revoked')),
  -- SM3 of the secret half of the key; the secret has 256 random bits, so a plain hash does.
  secret_hash bytea not null,
  key_hint text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (tenant_id, application_id),
  foreign key (tenant_id, centre_id) references centre
);
select tenant_wall('application');
grant select, insert, update on application to yunqian_app;

-- Challenges and failures come before anyone knows the tenant.
create table passkey_challenge (
  challenge bytea primary key,
  -- Null when signing in.
  staff_id uuid,
  expires_at timestamptz not null
);
grant select, insert, delete on passkey_challenge to yunqian_app;

-- Failed sign-ins, by hash of the login or of the address they came from.
create table sign_in_failure (
  subject_hash bytea primary key,
  failures integer not null,
  blocked_until timestamptz not null,
  last_at timestamptz not null
);
grant select, insert, update, delete on sign_in_failure to yunqian_app;

create function resolve_centre(centre_code text)
  returns table (tenant_id uuid, centre_id uuid, state text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic select c.tenant_id, c.centre_id, c.state from centre c where c.code = centre_code; end;

create function resolve_application(wanted uuid)
  returns table (tenant_id uuid, centre_id uuid, name text, state text, secret_hash bytea)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select a.tenant_id, a.centre_id, a.name, a.state, a.secret_hash
    from application a where a.application_id = wanted;
  end;

create function resolve_staff(wanted_login text)
  returns table (tenant_id uuid, staff_id uuid, password_hash text, state text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select s.tenant_id, s.staff_id, s.password_hash, s.state from staff s where s.login = wanted_login;
  end;

create function resolve_passkey(wanted bytea)
  returns table (tenant_id uuid, staff_id uuid, public_key bytea, counter bigint, transports text[])
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select p.tenant_id, p.staff_id, p.public_key, p.counter, p.transports
    from staff_passkey p join staff s using (tenant_id, staff_id)
    where p.credential_id = wanted and s.state = 'active';
  end;

create function resolve_session(wanted bytea, at timestamptz)
  returns table (tenant_id uuid, session_id uuid, staff_id uuid, last_used_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select x.tenant_id, x.session_id, x.staff_id, x.last_used_at
    from staff_session x join staff s using (tenant_id, staff_id)
    where x.token_hash = wanted and x.ended_at is null and x.expires_at > at and s.state = 'active';
  end;

create function resolve_invitation(wanted bytea, at timestamptz)
  returns table (tenant_id uuid, invitation_id uuid)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select i.tenant_id, i.invitation_id from invitation i
    where i.token_hash = wanted and i.accepted_at is null and i.expires_at > at;
  end;

revoke execute on function
  resolve_centre(text), resolve_application(uuid), resolve_staff(text), resolve_passkey(bytea),
  resolve_session(bytea, timestamptz), resolve_invitation(bytea, timestamptz) from public;
grant execute on function
  resolve_centre(text), resolve_application(uuid), resolve_staff(text), resolve_passkey(bytea),
  resolve_session(bytea, timestamptz), resolve_invitation(bytea, timestamptz) to yunqian_app;
