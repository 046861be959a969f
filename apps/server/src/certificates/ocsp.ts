import {
  certIdNames,
  parseCertificate,
  parseOcspRequest,
  readDer,
  readOctetString,
  type Certificate,
  type OcspCertId,
} from '@yunqian/pki'
import { buildOcspResponse, ocspCertId, ocspRefusal, type OcspStatus } from '@yunqian/pki/write'
import type { AuthorityKey } from '../keys/authority/index.ts'
import type { Clock, Database } from '../platform/index.ts'
import { reasonOf, type RevocationRow } from './revocation-list.ts'

export interface OcspDeps {
  readonly db: Database
  readonly clock: Clock
  readonly responder: AuthorityKey
  readonly issuing: Certificate
  /** Certificates of the issuing CA that are not people's: timestamps, log, reports. */
  readonly services: readonly Certificate[]
}

const validMs = 12 * 3_600_000
const mostCertificates = 20

/** An answer, and whether anybody may be given it again: successful, and not tied to one request by a nonce. */
export interface OcspAnswer {
  readonly der: Uint8Array
  readonly repeatable: boolean
}

const refused = (status: Parameters<typeof ocspRefusal>[0]): OcspAnswer => ({
  der: ocspRefusal(status),
  repeatable: false,
})

/** Answers an OCSP request (RFC 6960); hostile bytes get `malformedRequest`, other issuers `unauthorized`. */
export async function answerOcsp(deps: OcspDeps, request: Uint8Array): Promise<OcspAnswer> {
  let asked: ReturnType<typeof parseOcspRequest>
  try {
    asked = parseOcspRequest(request)
  } catch {
    return refused('malformedRequest')
  }
  if (asked.certIds.length === 0 || asked.certIds.length > mostCertificates)
    return refused('malformedRequest')
  if (asked.nonce && !nonceFits(asked.nonce)) return refused('malformedRequest')
  const responses: OcspStatus[] = []
  for (const certId of asked.certIds) {
    if (!isOurs(deps.issuing, certId)) return refused('unauthorized')
    responses.push({ certId: certId.der, ...(await statusOf(deps, certId.serialNumberHex)) })
  }
  return { der: await respond(deps, responses, asked.nonce), repeatable: !asked.nonce }
}

/** RFC 9654 §2.1: 1 to 128 bytes in an OCTET STRING; older clients send them bare. */
function nonceFits(nonce: Uint8Array): boolean {
  const bytes = nonce[0] === 0x04 ? wrappedLength(nonce) : nonce.length
  return bytes >= 1 && bytes <= 128
}

function wrappedLength(der: Uint8Array): number {
  try {
    return readOctetString(readDer(der)).length
  } catch {
    return der.length
  }
}

/** A fresh response about one certificate, produced after the call began. */
export async function ocspFor(deps: OcspDeps, serialNumberHex: string): Promise<Uint8Array> {
  const certId = ocspCertId(deps.issuing, serialNumberHex, 'sha1')
  return respond(deps, [{ certId, ...(await statusOf(deps, serialNumberHex)) }])
}

function respond(
  { responder, clock }: OcspDeps,
  responses: readonly OcspStatus[],
  nonce?: Uint8Array,
): Promise<Uint8Array> {
  const [responderCertificate] = responder.chain
  if (!responderCertificate) throw new Error('the OCSP responder has no certificate')
  return buildOcspResponse(
    { responderCertificate, producedAt: clock.now(), responses, ...(nonce ? { nonce } : {}) },
    responder.signer,
  )
}

async function statusOf(deps: OcspDeps, serialHex: string): Promise<Omit<OcspStatus, 'certId'>> {
  // Before the row is read: what changes afterwards, the answer does not know.
  const now = deps.clock.now()
  const [row] = await deps.db.once<RevocationRow>(
    'no-tenant',
    'select * from resolve_certificate($1)',
    [serialHex],
  )
  const times = { thisUpdate: now, nextUpdate: new Date(now.getTime() + validMs) }
  if (row?.state === 'suspended' || row?.state === 'revoked')
    return {
      ...times,
      status: {
        kind: 'revoked',
        revocationTime: row.state_since,
        reason: reasonOf(row),
      },
    }
  const known = row ?? deps.services.find((service) => service.serialNumberHex === serialHex)
  return { ...times, status: { kind: known ? 'good' : 'unknown' } }
}

// The CertID says its issuer by hashes; they are computed again for our issuer and this serial number.
function isOurs(issuing: Certificate, certId: OcspCertId): boolean {
  if (certId.digestAlgorithm === undefined) return false
  const { serialNumberHex } = certId
  const named = { serialNumberHex, issuer: issuing.subject } as Certificate
  return certIdNames(certId, named, issuing)
}

/** The responder's view of service certificates. */
export const servicesOf = (ders: readonly Uint8Array[]): Certificate[] =>
  ders.map((der) => parseCertificate(der))
