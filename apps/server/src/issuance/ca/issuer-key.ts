import { createHash } from 'node:crypto'
import { parseCertificate } from '@yunqian/pki'
import {
  buildCrl,
  issueCertificate,
  prepareCertificate,
  type PreparedCertificate,
  type Signer,
} from '@yunqian/pki/write'
import { readAuthority } from '../../keys/authority/index.ts'
import type { Clock, Config } from '../../platform/index.ts'
import { issuingAddresses } from '../addresses.ts'
import { checkedCertificationRequest, personName, readOrRefuse } from '../certification-request.ts'
import { IssuanceError } from '../errors.ts'
import type { Issuer, PersonCertificateRequest, RevocationListRequest } from '../issuer.ts'
import { newSerial } from '../serial.ts'
import { caFolder, ledgerFile, readCaSealer } from './ca-folder.ts'
import { Ledger } from './ledger.ts'

/** What the CA signs with and remembers in. */
export interface CaDeps {
  readonly signer: Signer
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly publicUrl: string
  readonly mostPerHour: number
}

const validDays = 365
const dayMs = 86_400_000
const skewMs = 5 * 60_000
const listMaxMs = 7 * dayMs

/** Opens the issuer key and its ledger; the role that issues calls this, and no other. */
export function openIssuer(
  config: Pick<Config, 'keysFolder' | 'publicUrl' | 'caIssuesPerHour'>,
  given: Pick<CaDeps, 'clock' | 'random'>,
): Issuer & { close(): void } {
  const sealer = readCaSealer(config)
  const { signer, chain } = readAuthority(caFolder(config), 'issuing', sealer, given.random)
  const ledger = Ledger.open(ledgerFile(config))
  const { publicUrl, caIssuesPerHour: mostPerHour } = config
  const deps: CaDeps = { ...given, signer, chain, ledger, publicUrl, mostPerHour }
  return { ...issuerWith(deps), close: () => ledger.close() }
}

/** The issuing CA over its parts. */
export function issuerWith(deps: CaDeps): Issuer {
  const [own] = deps.chain
  if (!own) throw new Error('the issuing CA has no certificate')
  return {
    certificate: parseCertificate(own),
    chain: deps.chain,
    issue: (request) => issue(deps, own, request),
    signList: (list) => signList(deps, own, list),
  }
}

async function issue(
  deps: CaDeps,
  own: Uint8Array,
  request: PersonCertificateRequest,
): Promise<Uint8Array> {
  const { ledger, clock, random } = deps
  const { keyId, tenantId } = request
  // 1. Whoever made the request holds the key, and asks for the approved name; the caller's word is taken for neither.
  const csr = checkedCertificationRequest(request)
  const publicKey = csr.info.publicKey.der
  // 2. Asked before: the same certificate. The same key id for anything else is refused.
  const askedSm3 = sm3Of(tenantId, request.personId, keyId, request.subject, publicKey)
  const before = ledger.answered(keyId, askedSm3)
  if (before) return before
  // 3. Prepare and lint under a serial and a validity of our own.
  const now = clock.now()
  const serialNumber = newSerial(random)
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000 - 60_000)
  const notAfter = new Date(notBefore.getTime() + validDays * dayMs)
  const prepared = readOrRefuse(() =>
    prepareCertificate({
      profile: 'person-signing',
      subject: personName(csr),
      publicKey,
      serialNumber,
      notBefore,
      notAfter,
      issuer: own,
      issuerAlgorithm: deps.signer.algorithm,
      addresses: issuingAddresses(deps.publicUrl),
    }),
  )
  // 4. The intent, durable. Death after this: the next call abandons the serial and draws another.
  const serialHex = Buffer.from(serialNumber).toString('hex')
  const publicKeySm3 = sm3Of(publicKey)
  const intent = { keyId, tenantId, askedSm3, publicKeySm3, serialHex, notAfter, at: now }
  ledger.intend(intent, deps.mostPerHour)
  return signIntended(deps, { keyId, askedSm3, serialHex, prepared })
}

async function signIntended(
  { ledger, signer }: CaDeps,
  intended: {
    readonly keyId: string
    readonly askedSm3: Uint8Array
    readonly serialHex: string
    readonly prepared: PreparedCertificate
  },
): Promise<Uint8Array> {
  const { keyId, askedSm3, serialHex } = intended
  // 5. Only now the key moves.
  const der = await issueCertificate(intended.prepared, signer)
  // 6. Kept before anybody sees it. Death after this: the next call is answered with these bytes.
  if (ledger.keep(keyId, serialHex, der)) return der
  const first = ledger.answered(keyId, askedSm3)
  if (first) return first
  throw new IssuanceError('issuance.unavailable', { attempt: 'superseded' })
}

async function signList(
  { ledger, clock, signer }: CaDeps,
  own: Uint8Array,
  list: RevocationListRequest,
): Promise<Uint8Array> {
  // 1. A list speaks of now, and not for long.
  const at = clock.now()
  const { thisUpdate, nextUpdate, entries, after } = list
  const life = nextUpdate.getTime() - thisUpdate.getTime()
  if (Math.abs(thisUpdate.getTime() - at.getTime()) > skewMs) throw refused('clock')
  if (life <= 0 || life > listMaxMs) throw refused('validity')
  const serials = new Set(entries.map(({ serialNumberHex }) => serialNumberHex))
  if (serials.size !== entries.length) throw refused('entry-twice')
  if (entries.some(({ revocationDate }) => revocationDate.getTime() > at.getTime() + skewMs))
    throw refused('entry-in-future')
  // 2. Its number, and that it forgets nothing. Death after this: a number is skipped, which RFC 5280 §5.2.3 allows.
  const revoked = entries
    .filter(({ reason }) => reason !== 'certificateHold' && reason !== 'removeFromCRL')
    .map(({ serialNumberHex }) => serialNumberHex)
  const crlNumber = ledger.takeListNumber({ after, serials, revoked, at })
  return buildCrl({ issuer: own, thisUpdate, nextUpdate, crlNumber, entries }, signer)
}

const refused = (finding: string): IssuanceError =>
  new IssuanceError('issuance.list-refused', { finding })

function sm3Of(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('sm3')
  for (const part of parts) {
    const bytes = Buffer.from(part)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  return hash.digest()
}
