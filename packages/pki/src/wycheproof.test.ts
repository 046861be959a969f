import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName, verifySignature } from './algorithms.ts'
import { parseSubjectPublicKey } from './x509/public-key.ts'

const folder = join(process.env['YUNQIAN_CORPORA'] ?? '', 'wycheproof')
const absent = !process.env['YUNQIAN_CORPORA'] || !existsSync(folder)
if (absent) process.stderr.write('skipped: YUNQIAN_CORPORA has no wycheproof folder\n')

interface Group {
  readonly type: string
  readonly sha?: string
  readonly mgf?: string
  readonly mgfSha?: string
  readonly sLen?: number
  readonly publicKeyDer: string
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly sig: string
    readonly result: 'valid' | 'invalid' | 'acceptable'
  }[]
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** The algorithm of ours a group is about; undefined for what this package does not verify. */
function algorithmOf(group: Group): SignatureAlgorithmName | undefined {
  const sha = group.sha?.replace('-', '').toLowerCase()
  const name = {
    EcdsaVerify: `ecdsa-with-${sha}`,
    RsassaPkcs1Verify: `rsa-pkcs1-${sha}`,
    EddsaVerify: 'ed25519',
  }[group.type]
  const known = SIGNATURE_ALGORITHMS.find((row) => row.name === name)?.name
  if (known) return known
  const pss = group.type === 'RsassaPssVerify' && group.mgf === 'MGF1' && group.mgfSha === group.sha
  if (!pss || !/^sha(256|384|512)$/.test(sha ?? '')) return undefined
  return `rsa-pss-${sha as 'sha256'}-salt-${group.sLen as number}`
}

/** Files of signatures over keys and algorithms we have, whatever else the folder holds. */
function signatureFiles(): [string, readonly Group[]][] {
  if (absent) return []
  return readdirSync(folder).flatMap((file): [string, readonly Group[]][] => {
    if (!/^(ecdsa|rsa_signature|rsa_pss|ed25519).*_test\.json$/.test(file)) return []
    const { testGroups } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      testGroups: Group[]
    }
    const judged = testGroups.filter((group) => {
      if (!group.publicKeyDer || algorithmOf(group) === undefined) return false
      return parseSubjectPublicKey(bytes(group.publicKeyDer)).kind !== 'unsupported'
    })
    return judged.length > 0 ? [[file, judged]] : []
  })
}

const files = signatureFiles()

describe.skipIf(absent)('Wycheproof signatures', () => {
  it('are there for each family', () => {
    const names = files.map(([file]) => file).join(' ')
    for (const family of ['ecdsa_secp256r1_sha256', 'rsa_signature', 'rsa_pss', 'ed25519'])
      expect(names).toContain(family)
  })

  it.each(files)('%s', (_, groups) => {
    for (const group of groups) {
      const publicKey = parseSubjectPublicKey(bytes(group.publicKeyDer))
      const algorithm = algorithmOf(group)
      for (const { tcId, msg, sig, result } of group.tests) {
        const accepted = verifySignature({
          algorithm,
          publicKey,
          message: bytes(msg),
          signature: bytes(sig),
          evenIfWeak: true,
        })
        // `acceptable` are other spellings of a good signature; refusing them is right, accepting is not wrong.
        if (result !== 'acceptable') expect(accepted, `case ${tcId}`).toBe(result === 'valid')
      }
    }
  })
})
