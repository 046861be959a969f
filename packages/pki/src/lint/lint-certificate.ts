import { nameEquals, type AttributeShortName } from '../x509/name.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { KeyUsage } from '../x509/certificate-extensions.ts'
import type { PublicKeyKind } from '../x509/public-key.ts'

/** What a certificate is held against; the writing face's profiles are of this shape. */
export interface LintRules {
  readonly ca: boolean
  readonly pathLength?: number
  readonly keyUsage: readonly KeyUsage[]
  readonly keyPurpose?: string
  readonly maxValidityDays: number
  readonly requiredNameParts: readonly AttributeShortName[]
  readonly publicKeyKinds: readonly PublicKeyKind[]
  readonly needsAddresses: boolean
}

/** Names of what is wrong, empty when nothing is. */
export function lintCertificate(
  certificate: Certificate,
  rules: LintRules,
  issuer: Certificate | undefined,
): readonly string[] {
  const { notBefore, notAfter, subject, serialNumber } = certificate
  const days = (notAfter.getTime() - notBefore.getTime()) / 86_400_000
  const usage = [...(certificate.keyUsage ?? [])]
  const facts: readonly (readonly [string, boolean])[] = [
    ['version-3', certificate.version === 3],
    ['serial-length', serialNumber.length >= 16 && serialNumber.length <= 20],
    ['serial-positive', serialNumber[0]! < 0x80],
    ['validity-order', days > 0],
    ['validity-length', days <= rules.maxValidityDays],
    [
      'validity-within-issuer',
      !issuer || (notBefore >= issuer.notBefore && notAfter <= issuer.notAfter),
    ],
    ['issuer-is-ca', !issuer || issuer.basicConstraints?.ca === true],
    ['issuer-name', nameEquals(certificate.issuer, issuer?.subject ?? subject)],
    ['name-parts', rules.requiredNameParts.every((part) => subject.get(part) !== undefined)],
    ['country', /^[A-Z]{2}$/.test(subject.get('C') ?? '')],
    [
      'no-id-number',
      !certificate.subject.rdns.flat().some(({ value }) => /\d{17}[\dXx]/.test(value)),
    ],
    ['key-kind', rules.publicKeyKinds.includes(certificate.publicKey.kind)],
    ['basic-constraints', (certificate.basicConstraints?.ca ?? false) === rules.ca],
    ['path-length', certificate.basicConstraints?.pathLength === rules.pathLength],
    [
      'key-usage',
      usage.length === rules.keyUsage.length &&
        rules.keyUsage.every((name) => usage.includes(name)),
    ],
    [
      'key-purpose',
      rules.keyPurpose === undefined
        ? !certificate.extKeyUsage
        : certificate.extKeyUsage?.length === 1 && certificate.extKeyUsage[0] === rules.keyPurpose,
    ],
    [
      'key-identifiers',
      certificate.subjectKeyId !== undefined && certificate.authorityKeyId?.keyId !== undefined,
    ],
    ['addresses', !rules.needsAddresses || certificate.crlDistributionPoints.length > 0],
  ]
  return facts.filter(([, holds]) => !holds).map(([name]) => name)
}
