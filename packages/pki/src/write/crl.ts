import { EXTENSION_OID } from '../oids.ts'
import { REVOCATION_REASONS, type RevocationReason } from '../crl/crl.ts'
import { type Certificate, parseCertificate } from '../x509/certificate.ts'
import {
  bitString,
  enumerated,
  explicit,
  implicitPrimitive,
  integer,
  integerBytes,
  sequence,
  time,
} from './der.ts'
import { extension, keyIdentifier } from './extensions.ts'
import { algorithmIdentifier, type Signer } from './signer.ts'
import { fromHex } from '@yunqian/sm'

export interface RevokedEntry {
  readonly serialNumberHex: string
  readonly revocationDate: Date
  readonly reason: RevocationReason
}

/** CRLReason by name; `unspecified` is written as no extension at all (RFC 5280 §5.3.1). */
export function reasonNumber(reason: RevocationReason): number {
  return Number(Object.entries(REVOCATION_REASONS).find(([, name]) => name === reason)![0])
}

/** A complete version 2 CRL of `issuer` (RFC 5280 §5.1), signed by the issuer's own key. */
export async function buildCrl(
  fields: {
    readonly issuer: Uint8Array
    readonly thisUpdate: Date
    readonly nextUpdate: Date
    /** Larger than in every earlier list of this issuer. */
    readonly crlNumber: bigint
    readonly entries: readonly RevokedEntry[]
  },
  signer: Signer,
): Promise<Uint8Array> {
  const issuer: Certificate = parseCertificate(fields.issuer)
  const algorithm = algorithmIdentifier(signer.algorithm)
  const entries = fields.entries.map(revokedCertificate)
  const tbs = sequence(
    integer(1),
    algorithm,
    issuer.subject.der,
    time(fields.thisUpdate),
    time(fields.nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    explicit(
      0,
      sequence(
        extension(
          EXTENSION_OID.authorityKeyIdentifier,
          sequence(implicitPrimitive(0, keyIdentifier(issuer.publicKey))),
        ),
        extension(EXTENSION_OID.crlNumber, integer(fields.crlNumber)),
      ),
    ),
  )
  return sequence(tbs, algorithm, bitString(await signer.sign(tbs)))
}

function revokedCertificate(entry: RevokedEntry): Uint8Array {
  const reason =
    entry.reason === 'unspecified'
      ? []
      : [sequence(extension(EXTENSION_OID.reasonCode, enumerated(reasonNumber(entry.reason))))]
  return sequence(
    integerBytes(fromHex(entry.serialNumberHex)),
    time(entry.revocationDate),
    ...reason,
  )
}
