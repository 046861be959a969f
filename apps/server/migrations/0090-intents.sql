-- Names what a request creates. It is committed before the request runs and kept by whoever runs it again after a death,
-- so that the second run finds what the first one wrote.
alter table idempotency_record add column intent_id uuid not null default gen_random_uuid();

-- The request that used a login record up: only its own repeats are told again that the record was good.
alter table login_request add column verified_by uuid;
