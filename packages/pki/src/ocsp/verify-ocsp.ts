import { equalBytes } from '@yunqian/sm'
import { verifySignature } from '../algorithms.ts'
import { digest } from '../digests.ts'
import { KEY_PURPOSE } from '../oids.ts'
import type { Certificate } from '../x509/certificate.ts'
import { verifyIssued } from '../x509/issued.ts'
import { nameEquals } from '../x509/name.ts'
import type { OcspBasicResponse, OcspCertId, OcspResponse, OcspSingleResponse } from './ocsp.ts'

export interface OcspFacts {
  /** The CA itself, or the certificate it delegated to (RFC 6960 §4.2.2.2); undefined when neither answered. */
  readonly responder: Certificate | undefined
  readonly signatureValid: boolean
  /** What it says about the certificate asked for, if anything. */
  readonly single: OcspSingleResponse | undefined
}

/**
 * Whether an OCSP response was made by `issuer` or its delegate, and what it says about `certificate`. A delegate
 * must be issued by `issuer` itself, for OCSP signing, and be valid when it answered. Freshness is the caller's.
 */
export function verifyOcspResponse(input: {
  readonly response: OcspResponse
  readonly certificate?: Certificate
  readonly issuer: Certificate
  readonly sm2Id?: Uint8Array | undefined
  /** Accepts algorithms that a status must not rest on; see {@link verifySignature}. */
  readonly evenIfWeak?: boolean
}): OcspFacts {
  const { response, certificate, issuer, sm2Id, evenIfWeak = false } = input
  const { basic } = response
  if (!basic || basic.unknownCriticalExtensions.length > 0)
    return { responder: undefined, signatureValid: false, single: undefined }
  const responder = findResponder(basic, issuer, { sm2Id, evenIfWeak })
  const signatureValid =
    responder !== undefined &&
    verifySignature({
      algorithm: basic.signatureAlgorithmName,
      publicKey: responder.publicKey,
      message: basic.tbs,
      signature: basic.signature,
      sm2Id,
      evenIfWeak,
    })
  const single =
    certificate && basic.responses.find((one) => certIdNames(one.certId, certificate, issuer))
  return { responder, signatureValid, single }
}

/** Whether a CertID means this certificate of this issuer. */
export function certIdNames(
  certId: OcspCertId,
  certificate: Certificate,
  issuer: Certificate,
): boolean {
  const { digestAlgorithm, issuerNameHash, issuerKeyHash, serialNumberHex } = certId
  return (
    digestAlgorithm !== undefined &&
    serialNumberHex === certificate.serialNumberHex &&
    nameEquals(certificate.issuer, issuer.subject) &&
    equalBytes(digest(digestAlgorithm, issuer.subject.der), issuerNameHash) &&
    equalBytes(digest(digestAlgorithm, issuer.publicKey.bytes), issuerKeyHash)
  )
}

function findResponder(
  basic: OcspBasicResponse,
  issuer: Certificate,
  options: { readonly sm2Id: Uint8Array | undefined; readonly evenIfWeak: boolean },
): Certificate | undefined {
  if (isResponder(basic, issuer)) return issuer
  return basic.certificates.find(
    (candidate) =>
      isResponder(basic, candidate) &&
      candidate.extKeyUsage?.includes(KEY_PURPOSE.ocspSigning) === true &&
      (candidate.keyUsage?.has('digitalSignature') ?? true) &&
      candidate.unknownCriticalExtensions.length === 0 &&
      candidate.notBefore <= basic.producedAt &&
      basic.producedAt <= candidate.notAfter &&
      verifyIssued(candidate, issuer, options),
  )
}

/** Whether the response says that this certificate's key made it. */
export function isResponder({ responderId }: OcspBasicResponse, certificate: Certificate): boolean {
  return responderId.kind === 'name'
    ? nameEquals(responderId.name, certificate.subject)
    : // KeyHash is SHA-1 of the public key's bits, whatever hash the rest uses (RFC 6960 §4.2.1).
      equalBytes(digest('sha1', certificate.publicKey.bytes), responderId.keyHash)
}
