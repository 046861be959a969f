import { certificateFingerprint, formatName } from '@yunqian/pki'
import type { Certificate } from '@yunqian/pki'
import { toHex } from '@yunqian/sm'
import { readCertificates } from './options.ts'
import type { CertificateSummary } from './report.ts'

export function summarise(certificate: Certificate): CertificateSummary {
  const subject = formatName(certificate.subject)
  return {
    name: certificate.subject.get('CN') ?? subject,
    subject,
    issuer: formatName(certificate.issuer),
    serialHex: certificate.serialNumberHex,
    certificateSha256: toHex(certificateFingerprint(certificate, 'sha256')),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}

/** What each certificate of a PEM or DER file is, in words and by digest; empty when none can be read. */
export function summariseCertificates(bytes: Uint8Array): readonly CertificateSummary[] {
  return (readCertificates(bytes) ?? []).map(summarise)
}
