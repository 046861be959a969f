-- Text messages on their way to a gateway: written in the commit that needs them, sent by a job afterwards, and erased
-- but for the fact once they are sent or given up.

create table text_message (
  tenant_id uuid not null references district,
  message_id uuid not null,
  centre_id uuid not null,
  mobile_masked text not null,
  state text not null check (state in ('waiting', 'sent', 'failed')),
  -- Calls of the gateway begun so far.
  attempts integer not null default 0,
  -- Why the last one came to nothing.
  failure text,
  -- Number, text and its parts; null once finished.
  content_sealed bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, message_id),
  foreign key (tenant_id, centre_id) references centre,
  check ((state = 'waiting') = (content_sealed is not null)),
  check ((state = 'waiting') = (finished_at is null))
);
create index on text_message (tenant_id, created_at);
create index on text_message (tenant_id, expires_at) where state = 'waiting';
select tenant_wall('text_message');
grant select, insert, update, delete on text_message to yunqian_app;
