-- Every change of state gives a reason, issuing none: no comparing of clocks decides what was a change.
create or replace function last_status_change() returns timestamptz
  language sql stable security definer set search_path = pg_catalog, public
  return (select max(c.state_since) from certificate c where c.state_reason is not null);
create index certificate_last_change on certificate (state_since) where state_reason is not null;
