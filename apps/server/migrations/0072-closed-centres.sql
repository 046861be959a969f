-- A program is told by its centre's state too: at a closed one it reads and begins nothing.
drop function resolve_application(uuid);
create function resolve_application(wanted uuid)
  returns table (tenant_id uuid, centre_id uuid, name text, state text, secret_hash bytea, centre_state text)
  language sql stable security definer set search_path = pg_catalog, public
  begin atomic
    select a.tenant_id, a.centre_id, a.name, a.state, a.secret_hash, c.state
    from application a join centre c using (tenant_id, centre_id) where a.application_id = wanted;
  end;
revoke execute on function resolve_application(uuid) from public;
grant execute on function resolve_application(uuid) to yunqian_app;
