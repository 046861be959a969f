-- QR logins, and which HIS user is which person.

create table login_request (
  tenant_id uuid not null references district,
  login_request_id uuid not null,
  application_id uuid not null,
  centre_id uuid not null,
  workstation text not null,
  state text not null check (state in ('waiting', 'scanned', 'approved', 'refused', 'expired')),
  qr_token bytea not null unique check (length(qr_token) = 16),
  match_code text not null check (match_code ~ '^[0-9]{2}$'),
  challenge bytea not null check (length(challenge) = 32),
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  person_id uuid,
  task_id uuid,
  scanned_at timestamptz,
  approved_at timestamptz,
  certificate_id uuid,
  -- CMS over the login record.
  record_cms bytea,
  verified_at timestamptz,
  reason text,
  primary key (tenant_id, login_request_id),
  foreign key (tenant_id, application_id) references application (tenant_id, application_id),
  foreign key (tenant_id, centre_id) references centre,
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, task_id) references signing_task,
  check ((person_id is null) = (scanned_at is null)),
  check ((state = 'approved') = (record_cms is not null))
);
create index on login_request (tenant_id, application_id, requested_at);
create index on login_request (tenant_id, expires_at) where state in ('waiting', 'scanned');
select tenant_wall('login_request');
grant select, insert, update on login_request to yunqian_app;

create table user_binding (
  tenant_id uuid not null,
  application_id uuid not null,
  his_user_id text not null,
  person_id uuid not null,
  -- The approved login that proved it.
  login_request_id uuid not null,
  bound_at timestamptz not null,
  primary key (tenant_id, application_id, his_user_id),
  foreign key (tenant_id, application_id) references application (tenant_id, application_id),
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, login_request_id) references login_request
);
create index on user_binding (tenant_id, person_id);
select tenant_wall('user_binding');
grant select, insert on user_binding to yunqian_app;
