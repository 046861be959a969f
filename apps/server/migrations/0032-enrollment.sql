-- Applications for a certificate: who says who they are, how that was proofed, and what a clerk decided.

create table enrollment (
  tenant_id uuid not null references district,
  enrollment_id uuid not null,
  device_id uuid not null,
  centre_id uuid not null,
  -- Null when what was claimed fits nobody registered here; the applicant sees no difference.
  person_id uuid,
  state text not null check (state in
    ('code-sent', 'proofed', 'approved', 'key-made', 'issued', 'rejected', 'expired')),
  claimed_name_sealed bytea not null,
  mobile_masked text not null,
  -- Keyed hash of the code that was sent; null when none was.
  code_index bytea,
  code_sent_at timestamptz not null,
  code_expires_at timestamptz not null,
  code_tries integer not null default 0,
  codes_sent integer not null default 1,
  -- [{check, result, provider, at}]
  checks jsonb not null default '[]',
  key_id uuid,
  csr_task_id uuid,
  reason text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  proofed_at timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  issued_at timestamptz,
  primary key (tenant_id, enrollment_id),
  foreign key (tenant_id, device_id) references device (tenant_id, device_id),
  foreign key (tenant_id, centre_id) references centre,
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, decided_by) references staff (tenant_id, staff_id),
  check (person_id is not null or state in ('code-sent', 'expired'))
);
create index on enrollment (tenant_id, state, created_at);
create index on enrollment (tenant_id, person_id);
select tenant_wall('enrollment');
grant select, insert, update on enrollment to yunqian_app;

-- Text messages of a trial installation, shown in the console instead of being sent.
create table trial_message (
  tenant_id uuid not null references district,
  message_id uuid not null,
  centre_id uuid not null,
  mobile_masked text not null,
  text_sealed bytea not null,
  sent_at timestamptz not null,
  primary key (tenant_id, message_id),
  foreign key (tenant_id, centre_id) references centre
);
create index on trial_message (tenant_id, sent_at);
select tenant_wall('trial_message');
grant select, insert, delete on trial_message to yunqian_app;
