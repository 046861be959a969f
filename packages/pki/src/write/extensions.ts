import { digest } from '../digests.ts'
import { ACCESS_METHOD, EXTENSION_OID, POLICY_OID } from '../oids.ts'
import { KEY_USAGE_BITS } from '../x509/certificate-extensions.ts'
import type { SubjectPublicKey } from '../x509/public-key.ts'
import {
  boolean,
  implicitPrimitive,
  integer,
  namedBits,
  nullValue,
  octetString,
  oid,
  sequence,
  explicit,
  implicitConstructed,
} from './der.ts'
import type { CertificateProfile } from './profiles.ts'

/** Where a verifier finds what a certificate refers to. */
export interface CertificateAddresses {
  readonly crl: string
  readonly ocsp: string
  readonly caIssuers: string
}

/** RFC 5280 §4.2.1.2 method 1 (SHA-1 is a name here, not a protection). */
export const keyIdentifier = (publicKey: SubjectPublicKey): Uint8Array =>
  digest('sha1', publicKey.bytes)

export function certificateExtensions(
  profile: CertificateProfile,
  keys: { readonly subject: SubjectPublicKey; readonly issuer: SubjectPublicKey },
  addresses: CertificateAddresses | undefined,
): Uint8Array {
  const basic = profile.ca
    ? sequence(
        boolean(true),
        ...(profile.pathLength === undefined ? [] : [integer(profile.pathLength)]),
      )
    : sequence()
  const usage = namedBits(profile.keyUsage.map((name) => KEY_USAGE_BITS.indexOf(name)))
  return sequence(
    extension(EXTENSION_OID.basicConstraints, basic, true),
    extension(EXTENSION_OID.keyUsage, usage, true),
    ...(profile.keyPurpose
      ? [extension(EXTENSION_OID.extKeyUsage, sequence(oid(profile.keyPurpose)), true)]
      : []),
    extension(EXTENSION_OID.subjectKeyIdentifier, octetString(keyIdentifier(keys.subject))),
    extension(
      EXTENSION_OID.authorityKeyIdentifier,
      sequence(implicitPrimitive(0, keyIdentifier(keys.issuer))),
    ),
    extension(EXTENSION_OID.certificatePolicies, sequence(sequence(oid(POLICY_OID.notCertified)))),
    ...(addresses ? addressExtensions(addresses) : []),
    ...(profile.ocspNoCheck ? [extension(EXTENSION_OID.ocspNoCheck, nullValue())] : []),
  )
}

function addressExtensions({ crl, ocsp, caIssuers }: CertificateAddresses): Uint8Array[] {
  const fullName = implicitConstructed(0, uri(crl))
  return [
    extension(EXTENSION_OID.crlDistributionPoints, sequence(sequence(explicit(0, fullName)))),
    extension(
      EXTENSION_OID.authorityInfoAccess,
      sequence(
        sequence(oid(ACCESS_METHOD.ocsp), uri(ocsp)),
        sequence(oid(ACCESS_METHOD.caIssuers), uri(caIssuers)),
      ),
    ),
  ]
}

const uri = (address: string): Uint8Array => implicitPrimitive(6, new TextEncoder().encode(address))

export function extension(type: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value))
}
