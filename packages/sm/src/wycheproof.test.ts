import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from './bytes.ts'
import { hmacSm3 } from './hmac-sm3.ts'
import { sm4GcmOpen, sm4GcmSeal } from './sm4-gcm.ts'

const folder = join(process.env['YUNQIAN_CORPORA'] ?? '', 'wycheproof')
const absent = !process.env['YUNQIAN_CORPORA'] || !existsSync(folder)
if (absent) process.stderr.write('skipped: YUNQIAN_CORPORA has no wycheproof folder\n')

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid'
  readonly key: string
  readonly msg: string
  readonly tag: string
  readonly iv: string
  readonly aad: string
  readonly ct: string
}

function load(name: string) {
  const text = readFileSync(join(folder, name), 'utf8')
  const { testGroups, numberOfTests } = JSON.parse(text) as {
    testGroups: { tagSize: number; tests: Vector[] }[]
    numberOfTests: number
  }
  const tests = testGroups.flatMap((group) =>
    group.tests.map((test) => ({ ...test, tagLength: group.tagSize / 8 })),
  )
  expect(tests).toHaveLength(numberOfTests)
  return tests
}

describe.skipIf(absent)('Wycheproof', () => {
  it('HMAC-SM3: every tag, truncated ones by their length', () => {
    for (const { tcId, result, key, msg, tag, tagLength } of load('hmac_sm3_test.json')) {
      const ours = toHex(hmacSm3(fromHex(key), fromHex(msg)).subarray(0, tagLength))
      expect(ours === tag, `case ${tcId}`).toBe(result === 'valid')
    }
  })

  it('SM4-GCM: opens and makes what is valid, refuses the rest', () => {
    for (const test of load('sm4_gcm_test.json')) {
      const [key, nonce, aad] = [fromHex(test.key), fromHex(test.iv), fromHex(test.aad)]
      const sealed = concatBytes(fromHex(test.ct), fromHex(test.tag))
      const open = () => toHex(sm4GcmOpen({ key, nonce, aad, sealed }))
      if (test.result === 'valid') {
        expect(open(), `case ${test.tcId}`).toBe(test.msg)
        const made = sm4GcmSeal({ key, nonce, aad, plaintext: fromHex(test.msg) })
        expect(toHex(made), `case ${test.tcId}`).toBe(toHex(sealed))
      } else {
        // A wrong tag, or a nonce of no bytes, which GCM does not define.
        expect(open, `case ${test.tcId}`).toThrow(/^sm\.(authentication-failed|invalid-length)$/)
      }
    }
  })
})
