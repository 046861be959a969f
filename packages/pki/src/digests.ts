import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { sm3 } from '@yunqian/sm'
import { ALGORITHM_OID } from './oids.ts'

/** `sha1` is there for OCSP CertIDs, key identifiers and old signatures, whose weakness is then told. */
export type DigestName = 'sm3' | 'sha256' | 'sha384' | 'sha512' | 'sha1'

interface DigestRow {
  readonly name: DigestName
  readonly oid: string
  /** Other identifiers seen in the field in a digestAlgorithm. */
  readonly alsoReadAs: readonly string[]
  readonly hash: (bytes: Uint8Array) => Uint8Array
  readonly length: number
}

const DIGESTS: readonly DigestRow[] = [
  // Some vendors put the signature algorithm where the digest belongs, in GM/T 0010 structures and elsewhere.
  {
    name: 'sm3',
    oid: ALGORITHM_OID.sm3,
    alsoReadAs: [ALGORITHM_OID.sm2WithSm3],
    hash: sm3,
    length: 32,
  },
  {
    name: 'sha256',
    oid: ALGORITHM_OID.sha256,
    alsoReadAs: [ALGORITHM_OID.sha256WithRsa],
    hash: sha256,
    length: 32,
  },
  {
    name: 'sha384',
    oid: ALGORITHM_OID.sha384,
    alsoReadAs: [ALGORITHM_OID.sha384WithRsa],
    hash: sha384,
    length: 48,
  },
  {
    name: 'sha512',
    oid: ALGORITHM_OID.sha512,
    alsoReadAs: [ALGORITHM_OID.sha512WithRsa],
    hash: sha512,
    length: 64,
  },
  { name: 'sha1', oid: ALGORITHM_OID.sha1, alsoReadAs: [], hash: sha1, length: 20 },
]

const row = (name: DigestName): DigestRow => DIGESTS.find((digest) => digest.name === name)!

/** Digest of `bytes`. */
export const digest = (name: DigestName, bytes: Uint8Array): Uint8Array => row(name).hash(bytes)

/** Digest length in bytes. */
export const digestLength = (name: DigestName): number => row(name).length

export const digestOid = (name: DigestName): string => row(name).oid

/** The digest an identifier stands for, undefined when this package does not compute it. */
export const digestNameOf = (oid: string): DigestName | undefined =>
  DIGESTS.find((digest) => digest.oid === oid || digest.alsoReadAs.includes(oid))?.name
