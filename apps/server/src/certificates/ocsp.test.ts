import { parseOcspResponse } from '@yunqian/pki'
import { expect, it } from 'vitest'
import { after, makeAuthority } from '../../../../test/authority/authority.ts'
import { ocspFor, type OcspDeps } from './ocsp.ts'

it('speaks of the moment before it looked, for what changes while it looks it does not know', async () => {
  const { issuing, ocsp, doctor } = await makeAuthority('sm2-with-sm3')
  let now = after(1)
  const once = async () => {
    now = after(1, 5)
    return [{ state: 'valid', state_since: after(0), revocation_reason: null }]
  }
  const deps: OcspDeps = {
    db: { once } as never,
    clock: { now: () => now },
    responder: ocsp,
    issuing: issuing.certificate,
    services: [],
  }
  const answer = parseOcspResponse(await ocspFor(deps, doctor.certificate.serialNumberHex))
  expect(answer.basic!.responses[0]).toMatchObject({ status: 'good', thisUpdate: after(1) })
})
