import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCertificate, parseCrl, verifyCrl, verifyIssued } from '@yunqian/pki'
import {
  assembleCertificationRequest,
  certificationRequestInfo,
  encodeName,
  generateSigningKey,
  softwareSigner,
  type NameParts,
  type RevokedEntry,
  type Signer,
  type SigningAlgorithm,
} from '@yunqian/pki/write'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAuthority } from '../../keys/authority/index.ts'
import { createSealer, newId, readConfig, systemRandom, type Config } from '../../platform/index.ts'
import type { Issuer } from '../issuer.ts'
import { caFolder, ledgerFile, readCaSealer } from './ca-folder.ts'
import { createAuthority } from './ceremony.ts'
import { issuerWith, openIssuer, type CaDeps } from './issuer-key.ts'
import { Ledger } from './ledger.ts'

let folder: string
let config: Config
let now = new Date()
let issuer: Issuer & { close(): void }
const clock = { now: () => now }
const deps = { clock, random: systemRandom }
const id = (): string => newId(deps)
const tenantId = id()

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-ca-'))
  now = new Date()
  config = readConfig({ YUNQIAN_DATA: folder })
  const ceremony = { config, sealer: createSealer(systemRandom(32)), random: systemRandom, now }
  await createAuthority(ceremony, { organisation: '福田区', profile: 'gm' })
  issuer = openIssuer(config, deps)
})
afterEach(() => {
  issuer.close()
  rmSync(folder, { recursive: true, force: true })
})

const newKey = (algorithm: SigningAlgorithm = 'sm2-with-sm3'): Signer =>
  softwareSigner(generateSigningKey(algorithm, systemRandom), systemRandom)

async function requestFor(
  personId: string,
  given: { key?: Signer; keyId?: string; name?: NameParts; signedBy?: Signer } = {},
) {
  const key = given.key ?? newKey()
  const subject = encodeName(
    given.name ?? [
      ['C', 'CN'],
      ['O', '福田区'],
      ['OU', '莲花社康'],
      ['CN', '张伟'],
      ['serialNumber', personId],
    ],
  )
  const info = certificationRequestInfo({ subject, publicKey: key.publicKey.der })
  const signature = await (given.signedBy ?? key).sign(info)
  const csr = assembleCertificationRequest(info, key.algorithm, signature)
  return { tenantId, personId, keyId: given.keyId ?? id(), csr, subject }
}

/** The CA over its real parts, one of them replaced. */
function withPart(part: Partial<CaDeps>): Issuer {
  const { signer, chain } = readAuthority(
    caFolder(config),
    'issuing',
    readCaSealer(config),
    systemRandom,
  )
  const ledger = Ledger.open(ledgerFile(config))
  const { publicUrl } = config
  return issuerWith({ ...deps, signer, chain, ledger, publicUrl, mostPerHour: 100, ...part })
}

describe('a certificate', () => {
  it('is issued once for a key: every repetition is the same bytes, also by another process', async () => {
    const request = await requestFor(id())
    const der = await issuer.issue(request)
    expect(verifyIssued(parseCertificate(der), issuer.certificate)).toBe(true)
    expect(await issuer.issue(request)).toEqual(der)
    const other = openIssuer(config, deps)
    expect(await other.issue(request)).toEqual(der)
    other.close()
  })

  it('is the same for all who ask at once', async () => {
    const request = await requestFor(id())
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => issuer.issue(request)))
    const der = Buffer.from(await issuer.issue(request)).toString('hex')
    for (const answer of answers)
      if (answer.status === 'fulfilled') expect(Buffer.from(answer.value).toString('hex')).toBe(der)
      else expect(answer.reason.code).toBe('issuance.unavailable')
  })

  it('has another serial when the attempt before died between intent and signature', async () => {
    const request = await requestFor(id())
    let seen: Uint8Array | undefined
    const dying: Signer = {
      ...newKey(),
      ...readAuthority(caFolder(config), 'issuing', readCaSealer(config), systemRandom).signer,
      sign: async (message) => {
        seen = message
        throw new Error('the power went')
      },
    }
    await expect(withPart({ signer: dying }).issue(request)).rejects.toThrow(/power/)
    const serialHex = parseCertificate(await issuer.issue(request)).serialNumberHex
    expect(seen).toBeDefined()
    expect(Buffer.from(seen!).toString('hex')).not.toContain(serialHex)
  })

  it('is the kept one when the attempt before died after it was kept', async () => {
    const request = await requestFor(id())
    const keeping = Ledger.open(ledgerFile(config))
    let kept: Uint8Array | undefined
    const ledger = Object.assign(Object.create(Ledger.prototype) as Ledger, {
      answered: keeping.answered.bind(keeping),
      intend: keeping.intend.bind(keeping),
      keep: (...args: Parameters<Ledger['keep']>) => {
        keeping.keep(...args)
        kept = args[2]
        throw new Error('the power went')
      },
    })
    await expect(withPart({ ledger }).issue(request)).rejects.toThrow(/power/)
    expect(await issuer.issue(request)).toEqual(kept)
  })

  it('is refused for a key id or a key that was used in another request', async () => {
    const personId = id()
    const key = newKey()
    const first = await requestFor(personId, { key })
    await issuer.issue(first)
    const otherKey = await requestFor(personId, { keyId: first.keyId })
    const otherId = await requestFor(personId, { key })
    for (const request of [otherKey, otherId, { ...first, tenantId: id() }])
      await expect(issuer.issue(request)).rejects.toMatchObject({ code: 'issuance.key-reused' })
  })

  it.each([
    ['a name of another person', () => ({ person: id() })],
    ['a signature of another key', () => ({ signedBy: newKey() })],
    ['a key that is not SM2', () => ({ key: newKey('ecdsa-with-sha256') })],
    [
      'a resident’s ID number in the name',
      () => ({
        name: [
          ['C', 'CN'],
          ['O', '福田区'],
          ['OU', '莲花社康'],
          ['CN', '11010519491231002X'],
        ],
      }),
    ],
    [
      'a part of the name nobody asked for',
      () => ({
        name: [
          ['C', 'CN'],
          ['O', '福田区'],
          ['OU', '莲花社康'],
          ['CN', '张伟'],
          ['title', '院长'],
        ],
      }),
    ],
  ] as const)('is refused for %s, and nothing is written down', async (_what, make) => {
    const given: { person?: string; key?: Signer; signedBy?: Signer; name?: unknown } = make()
    const personId = id()
    const name = given.name as NameParts | undefined
    const request = await requestFor(given.person ?? personId, {
      ...(given.key ? { key: given.key } : {}),
      ...(given.signedBy ? { signedBy: given.signedBy } : {}),
      ...(name ? { name: [...name, ['serialNumber', personId]] } : {}),
    })
    await expect(issuer.issue({ ...request, personId })).rejects.toMatchObject({
      code: 'issuance.profile-mismatch',
    })
    const good = await requestFor(personId, { keyId: request.keyId })
    expect(parseCertificate(await issuer.issue(good)).subject.get('CN')).toBe('张伟')
  })

  it.each([new Uint8Array(), Uint8Array.of(0x30, 0x80), systemRandom(300)])(
    'is refused for bytes that are no request',
    async (csr) => {
      const request = await requestFor(id())
      await expect(issuer.issue({ ...request, csr })).rejects.toMatchObject({
        code: 'issuance.profile-mismatch',
      })
    },
  )

  it('is not issued more often in an hour than the CA was told', async () => {
    const slow = withPart({ mostPerHour: 2 })
    const known = await requestFor(id())
    await slow.issue(known)
    await slow.issue(await requestFor(id()))
    await expect(slow.issue(await requestFor(id()))).rejects.toMatchObject({
      code: 'issuance.too-many',
    })
    expect(await slow.issue(known)).toBeInstanceOf(Uint8Array)
    now = new Date(now.getTime() + 3_601_000)
    expect(await slow.issue(await requestFor(id()))).toBeInstanceOf(Uint8Array)
  })
})

describe('a revocation list', () => {
  const day = 86_400_000
  const entry = (serialNumberHex: string, reason: RevokedEntry['reason'] = 'unspecified') => ({
    serialNumberHex,
    revocationDate: now,
    reason,
  })
  const list = (entries: readonly RevokedEntry[] = [], after = 0n) => ({
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + day),
    after,
    entries,
  })

  it('has a number above every earlier one and above what the caller knows', async () => {
    const numbers = []
    for (const after of [0n, 0n, 41n, 3n]) {
      const crl = parseCrl(await issuer.signList(list([], after)))
      expect(verifyCrl(crl, issuer.certificate)).toBe(true)
      numbers.push(crl.crlNumber)
    }
    expect(numbers).toEqual([1n, 2n, 42n, 43n])
  })

  it('forgets no revocation before the certificate has expired, but lifts a hold', async () => {
    const { serialNumberHex } = parseCertificate(await issuer.issue(await requestFor(id())))
    await issuer.signList(list([entry(serialNumberHex), entry('00aa', 'certificateHold')]))
    await expect(issuer.signList(list())).rejects.toMatchObject({
      code: 'issuance.list-refused',
      details: { finding: 'forgets', serials: [serialNumberHex] },
    })
    expect(parseCrl(await issuer.signList(list([entry(serialNumberHex)]))).entries.size).toBe(1)
    now = new Date(now.getTime() + 366 * day)
    expect(parseCrl(await issuer.signList(list())).entries.size).toBe(0)
  })

  it('may drop what was issued before there was a ledger, whose end only the caller knows', async () => {
    await issuer.signList(list([entry('00bb')]))
    expect(parseCrl(await issuer.signList(list())).entries.size).toBe(0)
  })

  it.each([
    ['of another time', () => ({ ...list(), thisUpdate: new Date(now.getTime() - day) }), 'clock'],
    ['that lives too long', () => ({ ...list(), nextUpdate: new Date(9e12) }), 'validity'],
    ['that is over before it begins', () => ({ ...list(), nextUpdate: now }), 'validity'],
    ['with a certificate twice', () => list([entry('00aa'), entry('00aa')]), 'entry-twice'],
    [
      'with a revocation to come',
      () => list([{ ...entry('00aa'), revocationDate: new Date(now.getTime() + day) }]),
      'entry-in-future',
    ],
  ] as const)('%s is refused', async (_what, make, finding) => {
    await expect(issuer.signList(make())).rejects.toMatchObject({
      code: 'issuance.list-refused',
      details: { finding },
    })
  })
})

it('does not begin again as if new when the ledger is gone', () => {
  rmSync(ledgerFile(config))
  expect(() => openIssuer(config, deps)).toThrow(/ledger of the CA is missing/)
  expect(existsSync(ledgerFile(config))).toBe(false)
})
