// Our SM2 beside four others: OpenSSL's program, Node's OpenSSL by way of SM3(Z ‖ M), sm-crypto and
// sm-crypto-v2. The vectors are held to them, and signatures go both ways.
import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sm2 as smCryptoV2 } from 'sm-crypto-v2'
import smCrypto from 'sm-crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  concatBytes,
  decodeSm2Signature,
  encodeSm2Signature,
  fromHex,
  generateSm2KeyPair,
  parseSm2PublicKey,
  sm2Sign,
  sm2Verify,
  sm2Z,
  toHex,
} from '@yunqian/sm'
import vectors from '../vectors/sm2/signature.json' with { type: 'json' }

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const message = new TextEncoder().encode('第二意见 a second opinion')
const DEFAULT_ID = '31323334353637383132333435363738'

// SubjectPublicKeyInfo and PKCS#8 of a key on the SM2 curve, whose bytes are all in fixed places.
const spki = (publicKey: Uint8Array) =>
  concatBytes(fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200'), publicKey)
const pkcs8 = (privateKey: Uint8Array, publicKey: Uint8Array) =>
  concatBytes(
    fromHex('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420'),
    privateKey,
    fromHex('a144034200'),
    publicKey,
  )

type Verifier = (publicKey: Uint8Array, id: Uint8Array, msg: Uint8Array, sig: Uint8Array) => boolean

const attempt = (verify: () => boolean) => {
  try {
    return verify()
  } catch {
    return false
  }
}

// Node has no way to give an identity, but SM3 over Z and then M is what the standard signs.
const nodeVerify: Verifier = (publicKey, id, msg, sig) =>
  createVerify('sm3')
    .update(sm2Z(parseSm2PublicKey(publicKey), id))
    .update(msg)
    .verify(
      createPublicKey({ key: Buffer.from(spki(publicKey)), format: 'der', type: 'spki' }),
      sig,
    )

const v2Verify: Verifier = (publicKey, id, msg, sig) =>
  smCryptoV2.doVerifySignature(msg, toHex(sig), toHex(publicKey), {
    der: true,
    hash: true,
    userId: new TextDecoder().decode(id),
  })

const v1Verify: Verifier = (publicKey, id, msg, sig) =>
  smCrypto.sm2.doVerifySignature(msg, toHex(sig), toHex(publicKey), {
    der: true,
    hash: true,
    userId: new TextDecoder().decode(id),
  })

/**
 * What an implementation is not asked about. sm-crypto-v2 reads DER by position and takes many
 * encodings of one signature (20 of our cases), which is no opinion on what DER is.
 */
const notAsked: Record<string, readonly string[]> = {
  node: [],
  'sm-crypto': [],
  'sm-crypto-v2': ['Encoding'],
}

describe.each([
  ['node', nodeVerify],
  ['sm-crypto-v2', v2Verify],
  ['sm-crypto', v1Verify],
] as const)('the vectors before %s', (name, verify) => {
  it.each(vectors.testGroups)('$comment', ({ publicKey, id, tests }) => {
    const asked = tests.filter(({ flags }) => !notAsked[name]!.includes(flags[0]!))
    const differing = asked.filter(({ msg, sig, result }) => {
      const accepted = attempt(() =>
        verify(fromHex(publicKey), fromHex(id), fromHex(msg), fromHex(sig)),
      )
      return accepted !== (result === 'valid')
    })
    expect(differing.map(({ comment }) => comment)).toEqual([])
  })
})

describe('signatures both ways', () => {
  const key = generateSm2KeyPair(random)
  const ours = () => encodeSm2Signature(sm2Sign(key.privateKey, message, { random }))

  it('Node', () => {
    const id = fromHex(DEFAULT_ID)
    expect(nodeVerify(key.publicKey, id, message, ours())).toBe(true)
    const der = Buffer.from(pkcs8(key.privateKey, key.publicKey))
    const theirs = createSign('sm3')
      .update(sm2Z(key.publicKey))
      .update(message)
      .sign(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
    expect(sm2Verify(key.publicKey, message, decodeSm2Signature(theirs))).toBe(true)
  })

  it.each([
    ['sm-crypto', smCrypto.sm2],
    ['sm-crypto-v2', smCryptoV2],
  ])('%s', (_, sm2) => {
    for (let i = 0; i < 5; i++) {
      const options = { der: true, hash: true }
      expect(sm2.doVerifySignature(message, toHex(ours()), toHex(key.publicKey), options)).toBe(
        true,
      )
      const theirs = fromHex(sm2.doSignature(message, toHex(key.privateKey), options))
      expect(sm2Verify(key.publicKey, message, decodeSm2Signature(theirs))).toBe(true)
    }
  })
})

const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' })
const missing = openssl.status !== 0 || !openssl.stdout.startsWith('OpenSSL 3')
if (missing) process.stderr.write('skipped: needs the openssl program, version 3\n')

describe.skipIf(missing)('the openssl program', () => {
  let folder = ''
  const file = (name: string, content: Uint8Array) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const run = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' })
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-sm2-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const opensslVerify: Verifier = (publicKey, id, msg, sig) => {
    const key = file('public.der', spki(publicKey))
    const identity = ['-sigopt', `hexdistid:${toHex(id)}`]
    const parts = ['-signature', file('sig', sig), file('msg', msg)]
    const result = run('dgst', '-sm3', '-verify', key, '-keyform', 'DER', ...identity, ...parts)
    // The text, not the exit code alone: a usage error also exits with 1.
    if (
      !/Verified OK|Verification failure|Error Verifying Data/i.test(result.stdout + result.stderr)
    ) {
      throw new Error(`openssl did not verify: ${result.stderr}`)
    }
    return result.stdout.includes('Verified OK')
  }

  it('takes our signatures under the default identity, and we take its', () => {
    const key = generateSm2KeyPair(random)
    const signature = encodeSm2Signature(sm2Sign(key.privateKey, message, { random }))
    const identity = ['-sigopt', 'distid:1234567812345678']
    const publicFile = file('own.der', spki(key.publicKey))
    const privateFile = file('own.key', pkcs8(key.privateKey, key.publicKey))
    const msg = file('own.msg', message)
    const sig = file('own.sig', signature)
    const verified = run(
      'dgst',
      '-sm3',
      '-verify',
      publicFile,
      '-keyform',
      'DER',
      ...identity,
      '-signature',
      sig,
      msg,
    )
    expect(verified.stdout).toContain('Verified OK')
    const signed = spawnSync('openssl', [
      'dgst',
      '-sm3',
      '-sign',
      privateFile,
      '-keyform',
      'DER',
      ...identity,
      msg,
    ])
    expect(signed.stderr.toString()).toBe('')
    const theirs = decodeSm2Signature(new Uint8Array(signed.stdout))
    expect(sm2Verify(key.publicKey, message, theirs)).toBe(true)
  })

  it.each(vectors.testGroups.filter(({ id }) => id.length > 0 && id.length < 1000))(
    'agrees on the vectors: $comment',
    ({ publicKey, id, tests }) => {
      // The program does not read an empty signature file, so that case is no verdict of its.
      const asked = tests.filter(({ sig }) => sig.length > 0)
      const differing = asked.filter(({ msg, sig, result }) => {
        const verdict = opensslVerify(fromHex(publicKey), fromHex(id), fromHex(msg), fromHex(sig))
        return verdict !== (result === 'valid')
      })
      expect(differing.map(({ comment }) => comment)).toEqual([])
    },
  )
})
