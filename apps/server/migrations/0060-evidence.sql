-- The evidence log of each district: what happened, in an order that is fixed once and signed. The service may add to
-- these tables and read them, nothing else; the exceptions are the queue of events not yet in the tree, and salts,
-- whose destruction is how a person's tie to the log is erased.

create table evidence_event (
  tenant_id uuid not null references district,
  event_id uuid not null,
  type text not null,
  at timestamptz not null,
  -- Ids the event is about, as in the record; only for finding it.
  subject jsonb not null,
  -- The canonical JSON that the leaf hashes cover.
  record bytea not null,
  leaf_hash_sm3 bytea not null check (length(leaf_hash_sm3) = 32),
  leaf_hash_sha256 bytea not null check (length(leaf_hash_sha256) = 32),
  primary key (tenant_id, event_id)
);
create index on evidence_event using gin (subject jsonb_path_ops);
create index on evidence_event (tenant_id, at);
select tenant_wall('evidence_event');
grant select, insert on evidence_event to yunqian_app;

-- Events that have no place in the tree yet.
create table evidence_pending (
  tenant_id uuid not null,
  event_id uuid not null,
  primary key (tenant_id, event_id),
  foreign key (tenant_id, event_id) references evidence_event
);
select tenant_wall('evidence_pending');
grant select, insert, delete on evidence_pending to yunqian_app;

create table evidence_leaf (
  tenant_id uuid not null,
  leaf_index bigint not null check (leaf_index >= 0),
  event_id uuid not null,
  primary key (tenant_id, leaf_index),
  unique (tenant_id, event_id),
  foreign key (tenant_id, event_id) references evidence_event
);
select tenant_wall('evidence_leaf');
grant select, insert on evidence_leaf to yunqian_app;

-- Roots of complete subtrees, the leaves (level 0) included, under both hashes: proofs need no other leaf.
create table evidence_node (
  tenant_id uuid not null references district,
  level smallint not null check (level >= 0),
  node_index bigint not null check (node_index >= 0),
  sm3 bytea not null check (length(sm3) = 32),
  sha256 bytea not null check (length(sha256) = 32),
  primary key (tenant_id, level, node_index)
);
select tenant_wall('evidence_node');
grant select, insert on evidence_node to yunqian_app;

create table evidence_checkpoint (
  tenant_id uuid not null references district,
  size bigint not null check (size > 0),
  -- The checkpoint's text, and the CMS of the log key over it.
  body bytea not null,
  cms bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, size)
);
select tenant_wall('evidence_checkpoint');
grant select, insert on evidence_checkpoint to yunqian_app;

create table evidence_salt (
  tenant_id uuid not null,
  event_id uuid not null,
  member text not null,
  salt_sealed bytea not null,
  primary key (tenant_id, event_id, member),
  foreign key (tenant_id, event_id) references evidence_event
);
select tenant_wall('evidence_salt');
grant select, insert, delete on evidence_salt to yunqian_app;
