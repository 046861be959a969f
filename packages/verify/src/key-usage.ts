import { KEY_PURPOSE } from '@yunqian/pki'
import type { Certificate } from '@yunqian/pki'
import type { CheckCode } from './checks.ts'

/** What a signature is for; each kind asks for its own certificate. */
export type Purpose = 'document' | 'time-stamping' | 'evidence-log' | 'report-seal'

// Certificates for these jobs must not pass for a person's signature.
const servicePurposes: ReadonlySet<string> = new Set([
  KEY_PURPOSE.timeStamping,
  KEY_PURPOSE.ocspSigning,
  KEY_PURPOSE.serverAuth,
  KEY_PURPOSE.evidenceLog,
  KEY_PURPOSE.reportSeal,
])

/**
 * Whether the certificate may sign for this purpose: digitalSignature or nonRepudiation (RFC 5280 §4.2.1.3), no CA
 * key, and by extended key usage: a time-stamping certificate has that one purpose and no other (RFC 3161 §2.3),
 * our log and report seal have their own, a document signer has none that belongs to a service.
 */
export function judgeKeyUsage(certificate: Certificate, purpose: Purpose): CheckCode {
  const usage = certificate.keyUsage
  const mayName = !usage || usage.has('digitalSignature') || usage.has('nonRepudiation')
  const isCa = certificate.basicConstraints?.ca === true
  // A self-made certificate that is its own anchor often says CA; only a key-usage extension makes it plain.
  if (!mayName || (isCa && usage?.has('keyCertSign') && purpose !== 'document'))
    return 'key-usage.not-permitted'
  return purposeFits(certificate.extKeyUsage, purpose)
    ? 'key-usage.permitted'
    : 'key-usage.not-permitted'
}

function purposeFits(purposes: readonly string[] | undefined, purpose: Purpose): boolean {
  if (purpose === 'document') return !purposes || !purposes.some((oid) => servicePurposes.has(oid))
  const wanted = {
    'time-stamping': KEY_PURPOSE.timeStamping,
    'evidence-log': KEY_PURPOSE.evidenceLog,
    'report-seal': KEY_PURPOSE.reportSeal,
  }[purpose]
  return purposes?.length === 1 && purposes[0] === wanted
}
