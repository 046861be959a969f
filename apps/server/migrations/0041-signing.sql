-- What a person is asked to sign, what exactly was prepared for it, the sessions of the two-party protocol, and what
-- came out of them.

-- Every change of a task takes the next number, so that a waiting phone notices.
create sequence signing_task_change;
grant usage on sequence signing_task_change to yunqian_app;

create table signing_task (
  tenant_id uuid not null references district,
  task_id uuid not null,
  kind text not null check (kind in ('csr', 'login', 'pdf', 'cms')),
  state text not null check (state in
    ('waiting', 'scanned', 'signing', 'signed', 'completed', 'refused', 'cancelled', 'expired')),
  person_id uuid not null,
  centre_id uuid not null,
  application_id uuid,
  title text not null,
  -- Exactly one of the three says what it is about.
  document_id uuid,
  enrollment_id uuid,
  login_request_id uuid,
  -- Named for `csr`, whose key has no certificate yet.
  key_id uuid,
  reason text,
  workstation text,
  match_code text,
  -- {page, x, y, width, height} in points, where the signature shows.
  appearance jsonb,
  qr_token bytea unique check (length(qr_token) = 16),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  finished_at timestamptz,
  -- Why it was refused or withdrawn.
  closing_reason text,
  change bigint not null default nextval('signing_task_change'),
  primary key (tenant_id, task_id),
  foreign key (tenant_id, person_id) references person,
  foreign key (tenant_id, centre_id) references centre,
  foreign key (tenant_id, document_id) references document,
  foreign key (tenant_id, key_id) references two_party_key,
  check ((document_id is not null) = (kind in ('pdf', 'cms'))),
  check ((enrollment_id is not null and key_id is not null) = (kind = 'csr')),
  check ((login_request_id is not null) = (kind = 'login'))
);
create index on signing_task (tenant_id, person_id, created_at);
create index on signing_task (tenant_id, document_id);
create index on signing_task (tenant_id, expires_at) where state in ('waiting', 'scanned', 'signing');
create index on signing_task (tenant_id, task_id) where state = 'signed';
select tenant_wall('signing_task');
grant select, insert, update on signing_task to yunqian_app;

-- The bytes the phone shows and signs; made anew when the document's head has moved.
create table signing_preparation (
  tenant_id uuid not null,
  task_id uuid not null,
  -- DER: signed attributes as SET OF, or a CertificationRequestInfo.
  to_be_signed bytea not null,
  -- e = SM3(Z ‖ to_be_signed).
  digest bytea not null check (length(digest) = 32),
  key_id uuid not null,
  certificate_id uuid,
  content_media_type text not null,
  content_sm3 bytea not null check (length(content_sm3) = 32),
  content_bytes integer not null,
  -- For `pdf`: the revision it extends, that revision's length, and where the signature value goes.
  base_revision integer,
  base_bytes integer,
  contents_start integer,
  contents_end integer,
  prepared_at timestamptz not null,
  primary key (tenant_id, task_id),
  foreign key (tenant_id, task_id) references signing_task,
  foreign key (tenant_id, key_id) references two_party_key
);
select tenant_wall('signing_preparation');
grant select, insert, update on signing_preparation to yunqian_app;

-- One run of open, join, finish. The nonce w2 is in no column: it lives in the memory of `process_id` alone.
create table signing_session (
  tenant_id uuid not null,
  sid uuid not null,
  task_id uuid not null,
  key_id uuid not null,
  device_id uuid not null,
  process_id integer not null,
  --  open -> answered -> finished | abandoned     (abandoned: the phone may hold a signature we never saw)
  --  open -> pin-wrong | lost | expired
  state text not null check (state in
    ('open', 'answered', 'finished', 'abandoned', 'pin-wrong', 'lost', 'expired')),
  digest bytea not null check (length(digest) = 32),
  context bytea not null,
  commitment bytea not null check (length(commitment) = 32),
  blinded bytea not null,
  evaluation bytea not null,
  evaluation_proof bytea not null,
  tries_left integer not null,
  -- The join message that was answered; its answer is sealed, and erased once the signature is in.
  join_message bytea,
  answer_sealed bytea,
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  closed_at timestamptz,
  primary key (tenant_id, sid),
  unique (tenant_id, commitment),
  foreign key (tenant_id, task_id) references signing_task,
  foreign key (tenant_id, key_id) references two_party_key,
  foreign key (tenant_id, device_id) references device (tenant_id, device_id),
  check (state not in ('answered', 'finished', 'abandoned') or join_message is not null)
);
create index on signing_session (tenant_id, task_id);
create index on signing_session (tenant_id, key_id) where state = 'open';
create index on signing_session (tenant_id, expires_at) where state in ('open', 'answered');
select tenant_wall('signing_session');
grant select, insert, update on signing_session to yunqian_app;

-- A finished two-party signature: never changed, and enough to check it again from nothing else.
create table signature (
  tenant_id uuid not null,
  task_id uuid not null,
  sid uuid not null,
  key_id uuid not null,
  certificate_id uuid,
  public_key bytea not null check (length(public_key) = 65),
  signed bytea not null,
  r bytea not null check (length(r) = 32),
  s bytea not null check (length(s) = 32),
  signed_at timestamptz not null,
  primary key (tenant_id, task_id),
  unique (tenant_id, sid),
  -- The same r twice under one key would be a nonce used twice.
  unique (tenant_id, key_id, r),
  foreign key (tenant_id, sid) references signing_session,
  foreign key (tenant_id, task_id) references signing_task
);
select tenant_wall('signature');
grant select, insert on signature to yunqian_app;

-- What completion made of it: CMS with timestamp, and for documents the revocation answer fetched afterwards.
create table signature_completion (
  tenant_id uuid not null,
  task_id uuid not null,
  cms bytea,
  timestamp_token bytea,
  ocsp_response bytea,
  -- For `pdf`: the revision it made.
  revision integer,
  completed_at timestamptz not null,
  primary key (tenant_id, task_id),
  foreign key (tenant_id, task_id) references signature
);
select tenant_wall('signature_completion');
grant select, insert on signature_completion to yunqian_app;

-- The holder's handwriting, sealed: it is biometric.
create table handwriting (
  tenant_id uuid not null,
  person_id uuid not null,
  strokes_sealed bytea not null,
  set_at timestamptz not null,
  primary key (tenant_id, person_id),
  foreign key (tenant_id, person_id) references person
);
select tenant_wall('handwriting');
grant select, insert, update on handwriting to yunqian_app;
