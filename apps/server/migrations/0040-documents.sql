-- What is to be signed. Bytes live in the object store under their SM3; a revision is never changed.

create table document (
  tenant_id uuid not null references district,
  document_id uuid not null,
  centre_id uuid not null,
  application_id uuid not null,
  title text not null,
  document_type text not null,
  patient_label text,
  -- The integrator's own number for it.
  reference text,
  media_type text not null,
  head_revision integer not null default 0,
  -- Who may extend the head: a signing session, until its time is up; 'infinity' once its signature exists.
  lease_sid uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, document_id),
  foreign key (tenant_id, centre_id) references centre,
  foreign key (tenant_id, application_id) references application (tenant_id, application_id),
  check ((lease_sid is null) = (lease_until is null))
);
create index on document (tenant_id, application_id, created_at);
select tenant_wall('document');
grant select, insert, update on document to yunqian_app;

-- Revision 0 is the file as it came; each finished PDF signature adds one.
create table document_revision (
  tenant_id uuid not null,
  document_id uuid not null,
  revision integer not null check (revision >= 0),
  sm3 bytea not null check (length(sm3) = 32),
  sha256 bytea not null check (length(sha256) = 32),
  bytes integer not null check (bytes > 0),
  signing_task_id uuid,
  created_at timestamptz not null,
  primary key (tenant_id, document_id, revision),
  foreign key (tenant_id, document_id) references document,
  check ((revision = 0) = (signing_task_id is null))
);
select tenant_wall('document_revision');
grant select, insert on document_revision to yunqian_app;
