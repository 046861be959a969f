-- A revocation for a key in strange hands, and the holder's report of a loss as a code that each page says in its language.
alter table certificate drop constraint certificate_revocation_reason_check;
alter table certificate add constraint certificate_revocation_reason_check check (revocation_reason in
  ('unspecified', 'keyCompromise', 'superseded', 'affiliationChanged', 'cessationOfOperation'));

-- The sentence that the server itself wrote for a holder who gave no reason; their events hold it sealed, as they were.
update certificate_change set reason = 'loss-reported'
where reason = '本人挂失' and change = 'suspended' and device_id is not null;
update certificate c set state_reason = h.reason
from (select distinct on (tenant_id, certificate_id) * from certificate_change
  order by tenant_id, certificate_id, ordinal desc) h
where h.tenant_id = c.tenant_id and h.certificate_id = c.certificate_id and h.reason = 'loss-reported'
  and c.state_reason = '本人挂失';
