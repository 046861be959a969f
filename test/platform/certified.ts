// An authority of the platform's own, its certificates room, and doctors with phone, key and certificate.
import {
  parseCertificate,
  parseCrl,
  parseOcspResponse,
  verifyCrl,
  verifyOcspResponse,
} from '@yunqian/pki'
import type { DigestName } from '@yunqian/pki'
import {
  assembleCertificationRequest,
  buildOcspRequest,
  certificationRequestInfo,
  encodeName,
  generateSigningKey,
  softwareSigner,
} from '@yunqian/pki/write'
import { newId, systemRandom, type HttpApp, type Tx } from '@yunqian/server'
import { expect } from 'vitest'
import { accountsRoom } from '../../apps/server/src/accounts/index.ts'
import { openCertificates } from '../../apps/server/src/certificates/index.ts'
import { assignDevice, devicesRoom, insertDevice } from '../../apps/server/src/devices/index.ts'
import { createAuthority } from '../../apps/server/src/issuance/ca/ceremony.ts'
import { openIssuer } from '../../apps/server/src/issuance/ca/issuer-key.ts'
import {
  issuePersonCertificate,
  type IssuedNow,
  type Issuer,
} from '../../apps/server/src/issuance/index.ts'
import { insertKey } from '../../apps/server/src/keys/two-party/index.ts'
import { loginForm } from '../../apps/server/src/login/index.ts'
import { cmsForm, csrForm, pdfForm, stopSignatures } from '../../apps/server/src/signing/index.ts'
import { accountsAlone } from './accounts-alone.ts'
import { accept, call, type Staff } from './desk.ts'
import { asDevice, newPhoneKey, type Device } from './device.ts'
import { createTestPlatform, foundDistrict } from './test-platform.ts'

export interface Holder extends Device {
  readonly certificateId: string
  readonly personId: string
  readonly keyId: string
  readonly der: Uint8Array
}

export type CertifiedWorld = Awaited<ReturnType<typeof createCertifiedWorld>>

export async function createCertifiedWorld() {
  const platform = await createTestPlatform()
  const profile = { organisation: '福田区', profile: 'gm' } as const
  await createAuthority({ ...platform, now: platform.time.now }, profile)
  const issuer = openIssuer(platform.config, platform)
  const forms = { csr: csrForm, login: loginForm, pdf: pdfForm, cms: cmsForm }
  const certificates = openCertificates(platform, issuer, (tx, stopped) =>
    stopSignatures({ ...platform, forms }, tx, stopped),
  )
  const rooms = [
    accountsRoom(platform, { ...accountsAlone, ...certificates }),
    devicesRoom(platform),
    certificates.room,
  ]
  const app = await platform.mount(rooms)
  const district = await foundDistrict(platform, '莲花社康', '梅林社康')
  const { tenantId } = district
  const [centre, otherCentre] = district.centres.map(({ centreId }) => centreId) as [string, string]
  const admin = await accept(app, district.token)

  const issuanceDeps = (given: Issuer = issuer) => ({
    ...platform,
    issuer: given,
    whenIssued: (tx: Tx, issued: IssuedNow) => certificates.keepIssued(tx, issued, true),
  })
  /** A request to be certified for a person, by a whole key, which issuance cannot tell from a shared one. */
  async function requestFor(personId: string) {
    const signer = softwareSigner(generateSigningKey('sm2-with-sm3', systemRandom), systemRandom)
    const subject = encodeName([
      ['C', 'CN'],
      ['O', '福田区'],
      ['OU', '莲花社康'],
      ['CN', '张伟'],
      ['serialNumber', personId],
    ])
    const info = certificationRequestInfo({ subject, publicKey: signer.publicKey.der })
    const csr = assembleCertificationRequest(info, signer.algorithm, await signer.sign(info))
    return { tenantId, personId, keyId: newId(platform), csr, subject, signer }
  }
  async function newPerson(centreId = centre): Promise<string> {
    const personId = newId(platform)
    const at = platform.clock.now()
    await platform.db.tx({ tenantId }, async (tx) => {
      const seal = (purpose: string, text: string) =>
        platform.sealer.seal(purpose, new TextEncoder().encode(text))
      const index = systemRandom(32)
      await tx.execute('insert into person values ($1, $2, $3, $4, $5, $6, $5, $7)', [
        tenantId,
        personId,
        '张伟',
        seal('accounts.id-number', '11010519491231002X'),
        index,
        seal('accounts.mobile', '13812345678'),
        at,
      ])
      await tx.execute(
        `insert into membership values ($1, $2, $3, 'doctor', null, null, 'active', $4)`,
        [tenantId, personId, centreId, at],
      )
    })
    return personId
  }
  /** A phone and a key of a person's, and the request to certify it. */
  async function newKey(personId: string) {
    const phone = newPhoneKey()
    phone.deviceId = newId(platform)
    const { deviceId } = phone
    const request = await requestFor(personId)
    const at = platform.clock.now()
    const point = request.signer.publicKey.bytes
    await platform.db.tx({ tenantId }, async (tx) => {
      await insertDevice(tx, { tenantId, deviceId, name: '手机', requestKey: phone.spki, at })
      await assignDevice(tx, { tenantId, deviceId, personId })
      const made = { tenantId, keyId: request.keyId, personId, deviceId, epoch: 1 }
      const secrets = { d2: systemRandom(32), P1: point, oprfSecret: systemRandom(32) }
      const row = { ...made, publicKey: point, oprfPublicKey: systemRandom(33) }
      await insertKey(tx, platform.sealer, row, secrets, at)
    })
    return { phone, request }
  }
  async function certify(personId: string): Promise<Holder> {
    const { phone, request } = await newKey(personId)
    const { certificateId } = await issuePersonCertificate(issuanceDeps(), request)
    const der = await derOf(certificateId)
    return { ...phone, certificateId, personId, keyId: request.keyId, der }
  }
  const derOf = (certificateId: string): Promise<Uint8Array> =>
    platform.db.tx({ tenantId }, async (tx) => {
      const row = await tx.queryOne<{ der: Uint8Array }>(
        'select der from certificate where certificate_id = $1',
        [certificateId],
      )
      return new Uint8Array(row!.der)
    })
  const events = async (certificateId: string): Promise<string[]> => {
    const rows = await platform.test.owner.tx('no-tenant', (tx) =>
      tx.query<{ type: string }>(
        `select type from evidence_event where subject @> jsonb_build_object('certificateId', $1::text)
         order by event_id`,
        [certificateId],
      ),
    )
    return rows.map((row) => row.type).sort()
  }
  const desk = (as: Staff, method: 'GET' | 'POST', url: string, body?: object) =>
    call(app, as, method, url, body)
  return {
    platform,
    app,
    issuer,
    certificates,
    tenantId,
    centreId: centre,
    otherCentreId: otherCentre,
    admin,
    issuanceDeps,
    requestFor,
    newPerson,
    newKey,
    certify,
    newHolder: async () => certify(await newPerson()),
    derOf,
    events,
    desk,
    close: async () => {
      issuer.close()
      await platform.close()
    },
    change: (id: string, what: 'suspend' | 'resume' | 'revoke', as = admin) =>
      desk(as, 'POST', `/certificates/${id}/${what}`, { reason: '手机遗失' }),
    asPhone: (holder: Holder, method: 'GET' | 'POST', path: string, body?: object) =>
      asDevice(app, platform.time.now, holder, method, path, body),
    issuing: () => parseCertificate(certificates.issuing),
    root: () => parseCertificate(certificates.root),
  }
}

/** GET, which must answer 200. */
export async function bytesAt(app: HttpApp, url: string): Promise<Uint8Array> {
  const answer = await app.server.inject({ method: 'GET', url })
  expect(answer.statusCode).toBe(200)
  return new Uint8Array(answer.rawPayload)
}

/** POST of a DER request in its media type. */
export async function ask(app: HttpApp, url: string, type: string, request: Uint8Array) {
  const headers = { 'content-type': type }
  const payload = Buffer.from(request)
  const answer = await app.server.inject({ method: 'POST', url, headers, payload })
  return { answer, der: new Uint8Array(answer.rawPayload) }
}

/** The issuing CA's current list, its signature checked. */
export async function listed({ app, issuing }: Pick<CertifiedWorld, 'app' | 'issuing'>) {
  const list = parseCrl(await bytesAt(app, '/crl/issuing.crl'))
  expect(verifyCrl(list, issuing())).toBe(true)
  return list
}

/** What OCSP says of a certificate, its signature, responder and nonce checked. */
export async function ocspStatus(
  { app, issuing }: Pick<CertifiedWorld, 'app' | 'issuing'>,
  der: Uint8Array,
  hash: DigestName = 'sha1',
) {
  const nonce = systemRandom(16)
  const request = buildOcspRequest({ certificate: der, issuer: issuing().der, hash, nonce })
  const { answer, der: reply } = await ask(app, '/ocsp', 'application/ocsp-request', request)
  expect(answer.headers['content-type']).toBe('application/ocsp-response')
  const response = parseOcspResponse(reply)
  expect(Buffer.from(response.basic!.nonce!).includes(Buffer.from(nonce))).toBe(true)
  const certificate = parseCertificate(der)
  const facts = verifyOcspResponse({ response, certificate, issuer: issuing() })
  expect(facts.signatureValid).toBe(true)
  expect(facts.responder?.ocspNoCheck).toBe(true)
  return facts.single!
}
