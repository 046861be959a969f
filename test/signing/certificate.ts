// A certificate as plain as RFC 5280 allows, for tests of signing that need one and do not test issuing.
import { readDer } from '@yunqian/pki'
import {
  algorithmIdentifier,
  bitString,
  explicit,
  generateSigningKey,
  integer,
  oid,
  sequence,
  setOf,
  softwareSigner,
  time,
  utf8String,
} from '@yunqian/pki/write'
import { systemRandom } from '@yunqian/server'

const commonName = (name: string): Uint8Array =>
  sequence(setOf(sequence(oid('2.5.4.3'), utf8String(name))))

/** DER of a Name with one common name. */
export const nameOf = commonName

const issuerKey = generateSigningKey('sm2-with-sm3', systemRandom)
let serial = 1000n

/** Certifies a SubjectPublicKeyInfo for one year from `from`. */
export async function certify(
  subject: Uint8Array,
  publicKey: Uint8Array,
  from: Date,
): Promise<{ readonly der: Uint8Array; readonly serialNumberHex: string }> {
  serial += 1n
  const until = new Date(from.getTime() + 365 * 86_400_000)
  const tbs = sequence(
    explicit(0, integer(2)),
    integer(serial),
    algorithmIdentifier('sm2-with-sm3'),
    commonName('Test CA'),
    sequence(time(from), time(until)),
    subject,
    publicKey,
  )
  const signature = await softwareSigner(issuerKey, systemRandom).sign(tbs)
  const der = sequence(tbs, algorithmIdentifier('sm2-with-sm3'), bitString(signature))
  readDer(der)
  return { der, serialNumberHex: serial.toString(16).padStart(4, '0') }
}
