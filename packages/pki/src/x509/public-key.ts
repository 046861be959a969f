import { type DerNode, fieldsOf, readBitStringBytes, readDer, readOid, TAG } from '../der/index.ts'
import { ALGORITHM_OID } from '../oids.ts'
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts'

/** What a public key can verify; `unsupported` keys are carried and shown, and verify nothing. */
export type PublicKeyKind =
  | 'sm2'
  | 'p256'
  | 'p384'
  | 'p521'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'
  | 'ed25519'
  | 'rsa'
  | 'rsa-pss'
  | 'unsupported'

/** SubjectPublicKeyInfo, RFC 5280 §4.1.2.7. */
export interface SubjectPublicKey {
  readonly kind: PublicKeyKind
  /** The whole SubjectPublicKeyInfo. */
  readonly der: Uint8Array
  /** Content of the BIT STRING: 04‖x‖y for elliptic curves, RSAPublicKey for RSA. */
  readonly bytes: Uint8Array
  readonly algorithmOid: string
}

const CURVES: Readonly<Record<string, PublicKeyKind>> = {
  [ALGORITHM_OID.sm2]: 'sm2',
  [ALGORITHM_OID.p256]: 'p256',
  [ALGORITHM_OID.p384]: 'p384',
  [ALGORITHM_OID.p521]: 'p521',
  [ALGORITHM_OID.brainpoolP256r1]: 'brainpoolP256r1',
  [ALGORITHM_OID.brainpoolP384r1]: 'brainpoolP384r1',
  [ALGORITHM_OID.brainpoolP512r1]: 'brainpoolP512r1',
}

/** Reads a SubjectPublicKeyInfo. That a point lies on its curve is checked when the key is used. */
export function parseSubjectPublicKey(der: Uint8Array): SubjectPublicKey {
  return readSubjectPublicKey(readDer(der))
}

export function readSubjectPublicKey(node: DerNode): SubjectPublicKey {
  const fields = fieldsOf(node)
  const algorithm = readAlgorithmIdentifier(fields.next())
  const bytes = readBitStringBytes(fields.next())
  fields.end()
  return { kind: kindOf(algorithm, bytes), der: node.bytes, bytes, algorithmOid: algorithm.oid }
}

function kindOf({ oid, parameters }: AlgorithmIdentifier, bytes: Uint8Array): PublicKeyKind {
  if (oid === ALGORITHM_OID.rsaEncryption) return 'rsa'
  // RFC 4055 §1.2: with parameters the key would allow one hash and salt only, which nobody was seen to ask for.
  if (oid === ALGORITHM_OID.rsaPss && parameters === undefined) return 'rsa-pss'
  if (oid === ALGORITHM_OID.ed25519)
    return parameters === undefined && bytes.length === 32 ? 'ed25519' : 'unsupported'
  if (oid !== ALGORITHM_OID.ecPublicKey || parameters?.tag !== TAG.oid) return 'unsupported'
  // Named curves and uncompressed points only: explicit parameters let the sender choose the group, and a second
  // encoding of the same key would make two certificates of one.
  if (bytes[0] !== 0x04) return 'unsupported'
  return CURVES[readOid(parameters)] ?? 'unsupported'
}
