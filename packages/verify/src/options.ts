import { parseCertificate, parsePem } from '@yunqian/pki'
import type { Certificate } from '@yunqian/pki'
import { readMaterial } from './material.ts'
import type { Material } from './material.ts'
import { STANDARD_POLICY } from './policy.ts'
import type { Policy } from './policy.ts'

/** What the caller brings: trust, time and whatever he fetched himself. Nothing is fetched here. */
export interface VerifyOptions {
  /** Content that a detached signature or a timestamp is about. */
  readonly detachedContent?: Uint8Array
  /** Certificates the caller trusts, of whatever level. Without any the answer is at best indeterminate. */
  readonly trustAnchors: readonly Certificate[]
  readonly intermediates?: readonly Certificate[]
  /** DER certificate revocation lists. */
  readonly crls?: readonly Uint8Array[]
  /** DER OCSP responses. */
  readonly ocsps?: readonly Uint8Array[]
  /** The time the question is asked for; default `now`. */
  readonly at?: Date
  readonly now: Date
  readonly policy?: Policy
}

/** What every judgement needs to know. */
export interface Context {
  readonly anchors: readonly Certificate[]
  readonly material: Material
  readonly at: Date
  readonly policy: Policy
}

export function contextOf(options: VerifyOptions): Context {
  const { intermediates = [], crls = [], ocsps = [] } = options
  const certificates = intermediates.map((certificate) => certificate.der)
  return {
    anchors: options.trustAnchors,
    material: readMaterial({ certificates, crls, ocsps }, 'given'),
    at: options.at ?? options.now,
    policy: options.policy ?? STANDARD_POLICY,
  }
}

/** Certificates in a PEM or DER file, in order; undefined when it holds anything unreadable. */
export function readCertificates(bytes: Uint8Array): readonly Certificate[] | undefined {
  try {
    if (bytes[0] === 0x30) return [parseCertificate(bytes)]
    return parsePem(new TextDecoder().decode(bytes))
      .filter((block) => block.label === 'CERTIFICATE' || block.label === 'TRUSTED CERTIFICATE')
      .map((block) => parseCertificate(block.der))
  } catch {
    return undefined
  }
}
