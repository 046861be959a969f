import type { SignatureAlgorithmName } from '../algorithms.ts'
import { bitString, implicitConstructed, integer, sequence } from './der.ts'
import { algorithmIdentifier } from './signer.ts'

/** CertificationRequestInfo without attributes (RFC 2986 §4.1): the first thing a new key signs. */
export function certificationRequestInfo(fields: {
  /** DER of the Name. */
  readonly subject: Uint8Array
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
}): Uint8Array {
  return sequence(
    integer(0),
    fields.subject,
    fields.publicKey,
    implicitConstructed(0, new Uint8Array(0)),
  )
}

/** The PKCS#10 request around a signature made elsewhere. */
export function assembleCertificationRequest(
  info: Uint8Array,
  algorithm: SignatureAlgorithmName,
  signatureValue: Uint8Array,
): Uint8Array {
  return sequence(info, algorithmIdentifier(algorithm), bitString(signatureValue))
}
