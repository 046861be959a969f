import { concatBytes, fromHex } from '@yunqian/sm'
import type { RevocationReason } from '../crl/crl.ts'
import { digest, type DigestName, digestOid } from '../digests.ts'
import type { OcspResponseStatus } from '../ocsp/ocsp.ts'
import { EXTENSION_OID, OCSP_BASIC_RESPONSE } from '../oids.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import {
  bitString,
  enumerated,
  explicit,
  generalizedTime,
  implicitConstructed,
  implicitPrimitive,
  integerBytes,
  nullValue,
  octetString,
  oid,
  sequence,
} from './der.ts'
import { reasonNumber } from './crl.ts'
import { extension, keyIdentifier } from './extensions.ts'
import { algorithmIdentifier, type Signer } from './signer.ts'

/** CertID (RFC 6960 §4.1.1) of a serial number under its issuer. */
export function ocspCertId(
  issuer: Certificate,
  serialNumberHex: string,
  hash: DigestName,
): Uint8Array {
  // SHA-1's parameters are written as NULL, as every client in the field does; the newer digests have none.
  const algorithm =
    hash === 'sha1' ? sequence(oid(digestOid(hash)), nullValue()) : sequence(oid(digestOid(hash)))
  return sequence(
    algorithm,
    octetString(digest(hash, issuer.subject.der)),
    octetString(digest(hash, issuer.publicKey.bytes)),
    integerBytes(fromHex(serialNumberHex)),
  )
}

/** OCSPRequest for one certificate. */
export function buildOcspRequest(fields: {
  readonly certificate: Uint8Array
  readonly issuer: Uint8Array
  readonly hash: DigestName
  /** 16 to 32 random bytes (RFC 9654). */
  readonly nonce?: Uint8Array
}): Uint8Array {
  const { serialNumberHex } = parseCertificate(fields.certificate)
  const certId = ocspCertId(parseCertificate(fields.issuer), serialNumberHex, fields.hash)
  const nonce = fields.nonce
    ? [explicit(2, sequence(extension(EXTENSION_OID.ocspNonce, octetString(fields.nonce))))]
    : []
  return sequence(sequence(sequence(sequence(certId)), ...nonce))
}

export interface OcspStatus {
  /** DER CertID as the request had it: the answer is given in the hash that was asked in. */
  readonly certId: Uint8Array
  readonly status:
    | { readonly kind: 'good' }
    | { readonly kind: 'unknown' }
    | { readonly kind: 'revoked'; readonly revocationTime: Date; readonly reason: RevocationReason }
  readonly thisUpdate: Date
  readonly nextUpdate: Date
}

/** A successful OCSPResponse by a delegated responder, its certificate inside (RFC 6960 §4.2.1, §4.2.2.2). */
export async function buildOcspResponse(
  fields: {
    readonly responderCertificate: Uint8Array
    readonly producedAt: Date
    readonly responses: readonly OcspStatus[]
    /** Content of the request's nonce extension, given back as it came. */
    readonly nonce?: Uint8Array
  },
  signer: Signer,
): Promise<Uint8Array> {
  const responder = parseCertificate(fields.responderCertificate)
  const data = sequence(
    explicit(2, octetString(keyIdentifier(responder.publicKey))),
    generalizedTime(fields.producedAt),
    sequence(...fields.responses.map(singleResponse)),
    ...(fields.nonce
      ? [explicit(1, sequence(extension(EXTENSION_OID.ocspNonce, fields.nonce)))]
      : []),
  )
  const basic = sequence(
    data,
    algorithmIdentifier(signer.algorithm),
    bitString(await signer.sign(data)),
    explicit(0, sequence(responder.der)),
  )
  return sequence(
    enumerated(0),
    explicit(0, sequence(oid(OCSP_BASIC_RESPONSE), octetString(basic))),
  )
}

function singleResponse({ certId, status, thisUpdate, nextUpdate }: OcspStatus): Uint8Array {
  return sequence(
    certId,
    statusValue(status),
    generalizedTime(thisUpdate),
    explicit(0, generalizedTime(nextUpdate)),
  )
}

function statusValue(status: OcspStatus['status']): Uint8Array {
  if (status.kind === 'good') return implicitPrimitive(0, new Uint8Array(0))
  if (status.kind === 'unknown') return implicitPrimitive(2, new Uint8Array(0))
  const reason =
    status.reason === 'unspecified' ? [] : [explicit(0, enumerated(reasonNumber(status.reason)))]
  return implicitConstructed(1, concatBytes(generalizedTime(status.revocationTime), ...reason))
}

const REFUSALS = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

/** An unsigned refusal. */
export function ocspRefusal(status: Exclude<OcspResponseStatus, 'successful'>): Uint8Array {
  return sequence(enumerated(REFUSALS[status]))
}
