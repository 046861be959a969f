import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, parseCrl, verifyCrl, verifyIssued } from '@yunqian/pki'
import { assembleCertificationRequest, certificationRequestInfo } from '@yunqian/pki/write'
import { newId } from '@yunqian/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bytesAt,
  createCertifiedWorld,
  type CertifiedWorld,
} from '../../../../test/platform/certified.ts'
import {
  authorityFolder,
  caKeyNames,
  readSealedKey,
  serviceKeyNames,
} from '../keys/authority/index.ts'
import { caFolder, sealingKeyFile } from './ca/ca-folder.ts'
import { createAuthority } from './ca/ceremony.ts'
import { IssuanceError, issuePersonCertificate, type Issuer } from './index.ts'

let world: CertifiedWorld

beforeAll(async () => {
  world = await createCertifiedWorld()
})
afterAll(() => world.close())

describe('the ceremony', () => {
  it('leaves sealed keys only their owner may read, and never replaces them', async () => {
    const { platform } = world
    const place = authorityFolder(platform.config)
    const ca = caFolder(platform.config)
    const sealed = [
      ...caKeyNames.map((name) => join(ca, `${name}.key.sealed`)),
      ...serviceKeyNames.map((name) => join(place, `${name}.key.sealed`)),
    ]
    for (const file of sealed) {
      expect(statSync(file).mode & 0o077).toBe(0)
      expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE')
    }
    for (const name of caKeyNames)
      expect(existsSync(join(place, `${name}.key.sealed`)), name).toBe(false)
    const before = readFileSync(join(place, 'root.pem'), 'utf8')
    const again = { organisation: '另一个区', profile: 'intl' } as const
    await createAuthority({ ...platform, now: platform.time.now }, again)
    expect(readFileSync(join(place, 'root.pem'), 'utf8')).toBe(before)
    expect(() => readSealedKey(ca, 'issuing', platform.sealer)).toThrow(/does not open/)
    expect(statSync(sealingKeyFile(ca)).mode & 0o077).toBe(0)
  })

  it('publishes its chain with the media types certificates promise', async () => {
    const answer = await world.app.server.inject({ method: 'GET', url: '/ca/issuing.cer' })
    expect(answer.headers['content-type']).toBe('application/pkix-cert')
    expect(verifyIssued(parseCertificate(new Uint8Array(answer.rawPayload)), world.root())).toBe(
      true,
    )
    expect(
      verifyIssued(parseCertificate(await bytesAt(world.app, '/ca/root.cer')), world.root()),
    ).toBe(true)
    expect(verifyCrl(parseCrl(await bytesAt(world.app, '/crl/root.crl')), world.root())).toBe(true)
  })
})

describe('issuing', () => {
  it('certifies for one year, with addresses of this platform and nothing personal but the name', async () => {
    const { der, personId } = await world.newHolder()
    const certificate = parseCertificate(der)
    expect(verifyIssued(certificate, world.issuing())).toBe(true)
    expect(certificate.subject.get('serialNumber')).toBe(personId)
    expect(certificate.ocspUrls).toEqual(['http://localhost:8080/ocsp'])
    expect(certificate.crlDistributionPoints).toEqual(['http://localhost:8080/crl/issuing.crl'])
    const days = (certificate.notAfter.getTime() - certificate.notBefore.getTime()) / 86_400_000
    expect(days).toBe(365)
    expect(certificate.serialNumber.length).toBeGreaterThanOrEqual(16)
    expect([...certificate.keyUsage!]).toEqual(['digitalSignature', 'nonRepudiation'])
  })

  it('refuses another name than was approved, and a request its key did not sign', async () => {
    const { signer, ...request } = await world.requestFor(newId(world.platform))
    const { subject } = request
    const other = (await world.requestFor(newId(world.platform))).subject
    await expect(
      issuePersonCertificate(world.issuanceDeps(), { ...request, subject: other }),
    ).rejects.toMatchObject({ code: 'issuance.profile-mismatch' })
    const info = certificationRequestInfo({ subject, publicKey: signer.publicKey.der })
    const forged = assembleCertificationRequest(info, signer.algorithm, await signer.sign(subject))
    await expect(
      issuePersonCertificate(world.issuanceDeps(), { ...request, csr: forged }),
    ).rejects.toMatchObject({ code: 'issuance.profile-mismatch' })
  })

  it('answers once per key, however often and however much at once it is asked', async () => {
    const { request } = await world.newKey(await world.newPerson())
    const answers = await Promise.allSettled(
      Array.from({ length: 4 }, () => issuePersonCertificate(world.issuanceDeps(), request)),
    )
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason.code).toBe('issuance.unavailable')
    const again = await issuePersonCertificate(world.issuanceDeps(), request)
    expect(await issuePersonCertificate(world.issuanceDeps(), request)).toEqual(again)
    expect(await attempts(request.keyId)).toContain('valid')
    expect((await attempts(request.keyId)).filter((state) => state === 'valid')).toHaveLength(1)
  })

  it('records what the CA issued before a death here, and clears an attempt of an earlier version', async () => {
    const { platform, tenantId } = world
    const { request } = await world.newKey(await world.newPerson())
    await platform.db.tx({ tenantId }, (tx) =>
      tx.execute(
        `insert into certificate (tenant_id, certificate_id, person_id, key_id, serial_number_hex, state, state_since,
           subject, issuer, not_before, not_after, created_at)
         values ($1, $2, $3, $4, '00ff', 'preparing', $5, '', '', $5, $5, $5)`,
        [tenantId, newId(platform), request.personId, request.keyId, platform.time.now],
      ),
    )
    let issued: Uint8Array | undefined
    const dying: Issuer = {
      ...world.issuer,
      issue: async (asked) => {
        issued = await world.issuer.issue(asked)
        throw new Error('the power went')
      },
    }
    const died = issuePersonCertificate(world.issuanceDeps(dying), request)
    await expect(died).rejects.toThrow(/power/)
    const { certificateId } = await issuePersonCertificate(world.issuanceDeps(), request)
    expect(Buffer.from(await world.derOf(certificateId)).equals(issued!)).toBe(true)
    expect(await attempts(request.keyId)).toEqual(['abandoned', 'valid'])
    expect(await world.events(certificateId)).toEqual(['certificate.issued'])
  })

  it('leaves nothing behind when the CA is out of reach', async () => {
    const { request } = await world.newKey(await world.newPerson())
    const away: Issuer = {
      ...world.issuer,
      issue: () => Promise.reject(new IssuanceError('issuance.unavailable')),
    }
    const refused = issuePersonCertificate(world.issuanceDeps(away), request)
    await expect(refused).rejects.toMatchObject({ code: 'issuance.unavailable' })
    expect(await attempts(request.keyId)).toEqual([])
    const issued = await issuePersonCertificate(world.issuanceDeps(), request)
    expect(issued).toHaveProperty('certificateId')
  })

  it('revokes at once what the CA signed for an application that had ended, and leaves the older one', async () => {
    const older = await world.newHolder()
    const { request } = await world.newKey(older.personId)
    const { certificateId } = await issuePersonCertificate(
      {
        ...world.issuanceDeps(),
        whenIssued: (tx, issued) => world.certificates.keepIssued(tx, issued, false),
      },
      request,
    )
    expect(await attempts(request.keyId)).toEqual(['revoked'])
    expect(await world.events(certificateId)).toEqual(['certificate.issued', 'certificate.revoked'])
    const current = await world.platform.db.tx({ tenantId: world.tenantId }, (tx) =>
      world.certificates.forSigning.ofPerson(tx, { tenantId: world.tenantId, ...older }),
    )
    expect(current).toMatchObject({ certificateId: older.certificateId, state: 'valid' })
  })
})

const attempts = async (keyId: string): Promise<string[]> => {
  const rows = await world.platform.db.tx({ tenantId: world.tenantId }, (tx) =>
    tx.query<{ state: string }>(
      'select state from certificate where key_id = $1 order by created_at, state',
      [keyId],
    ),
  )
  return rows.map((row) => row.state)
}
