import {
  ATTRIBUTE_TYPE,
  DerError,
  parseCertificationRequest,
  PkiError,
  verifyCertificationRequest,
  type AttributeShortName,
  type CertificationRequest,
} from '@yunqian/pki'
import { encodeName, type NameParts } from '@yunqian/pki/write'
import { IssuanceError } from './errors.ts'
import type { PersonCertificateRequest } from './issuer.ts'

/**
 * Reads a request whose maker holds the key and which asks for the approved name, this person's. Whoever is about to sign
 * calls it, whatever was checked before. Throws `issuance.profile-mismatch`.
 */
export function checkedCertificationRequest(
  request: Pick<PersonCertificateRequest, 'csr' | 'subject' | 'personId'>,
): CertificationRequest {
  const csr = readOrRefuse(() => parseCertificationRequest(request.csr))
  const { subject, publicKey } = csr.info
  if (!Buffer.from(subject.der).equals(request.subject)) throw mismatch('subject')
  if (subject.get('serialNumber') !== request.personId) throw mismatch('subject-person')
  if (publicKey.kind !== 'sm2') throw mismatch('key-kind')
  if (!verifyCertificationRequest(csr)) throw mismatch('proof-of-possession')
  return csr
}

const shortNames = new Map(
  (Object.entries(ATTRIBUTE_TYPE) as [AttributeShortName, string][]).map(([name, oid]) => [
    oid,
    name,
  ]),
)

// Country, district, centre, name, and our number: nothing else about a person, and nothing twice.
const personNameForm = 'C,O,OU,CN,serialNumber'

/** The name as the certificate will write it, which must be the very bytes that were approved. */
export function personName({ info }: CertificationRequest): NameParts {
  const parts = info.subject.rdns.flat().map(({ type, value }) => {
    const short = shortNames.get(type)
    if (!short) throw mismatch('name-attribute')
    return [short, value] as const
  })
  const written = readOrRefuse(() => encodeName(parts))
  const same = Buffer.from(written).equals(info.subject.der)
  if (!same || parts.map(([short]) => short).join() !== personNameForm) throw mismatch('name-form')
  return parts
}

/** Turns what a parser or the profile says into this room's refusal. */
export function readOrRefuse<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) throw mismatch(error.code)
    if (!(error instanceof PkiError)) throw error
    const { findings } = error.details
    throw Array.isArray(findings)
      ? new IssuanceError('issuance.profile-mismatch', { findings })
      : mismatch(error.code)
  }
}

const mismatch = (finding: string): IssuanceError =>
  new IssuanceError('issuance.profile-mismatch', { findings: [finding] })
