import {
  equalBytes,
  fromHex,
  hmacSm3,
  parseSm2PublicKey,
  type RandomSource,
  sm2MessageDigest,
  sm2Verify,
  sm3,
  sm4GcmOpen,
  sm4GcmSeal,
  toHex,
} from '@yunqian/sm'
import {
  phoneKeyShare,
  phoneSignFinish,
  phoneSignJoin,
  serverKeyCommit,
  serverKeyOpen,
  serverSignAnswer,
  serverSignOpen,
} from '@yunqian/sm/two-party'
import { utf8 } from './bytes.ts'

export interface SelfTest {
  readonly name: string
  readonly holds: (random: RandomSource) => boolean
}

/** Names of the tests that do not hold; a test that throws does not hold. */
export function failedTests(tests: readonly SelfTest[], random: RandomSource): readonly string[] {
  return tests.filter((test) => !quietly(() => test.holds(random))).map(({ name }) => name)
}

const signer = fromHex(
  '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
    'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
)
const signature = {
  r: fromHex('f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3'),
  s: fromHex('b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa'),
}
const gcm = {
  key: fromHex('0123456789abcdeffedcba9876543210'),
  nonce: fromHex('00001234567800000000abcd'),
  aad: fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
}
const gcmPlaintext = fromHex(
  ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'ee', 'aa'].map((byte) => byte.repeat(8)).join(''),
)
const gcmTag = '83de3541e4c2b58177e065a9bf7b62ec'

/**
 * Run before the first use of the key (GM/T 0028 asks for them; this software module is not certified). Vectors:
 * GB/T 32905 annex A, GB/T 32918.5, RFC 8998 appendix A; the exchange with a fixed nonce has its own.
 */
export const knownAnswers: readonly SelfTest[] = [
  {
    name: 'sm3',
    holds: () =>
      toHex(sm3(utf8('abc'))) ===
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  },
  {
    name: 'hmac-sm3',
    holds: () =>
      toHex(hmacSm3(fromHex('0102030405060708090a0b0c0d0e0f10'), utf8('abc'))) ===
      'a673f5905a6f786cccead2c394198d6716fe523f3c70da9adfdb8abb2da88345',
  },
  {
    name: 'sm4-gcm',
    holds: () => {
      const sealed = sm4GcmSeal({ ...gcm, plaintext: gcmPlaintext })
      const opened = sm4GcmOpen({ ...gcm, sealed })
      return toHex(sealed.subarray(-16)) === gcmTag && toHex(opened) === toHex(gcmPlaintext)
    },
  },
  {
    name: 'sm2-verify',
    holds: () => sm2Verify(parseSm2PublicKey(signer), utf8('message digest'), signature),
  },
  {
    name: 'sm2-verify-refuses',
    holds: () => !sm2Verify(parseSm2PublicKey(signer), utf8('message digesT'), signature),
  },
  { name: 'sm2-two-party-sign', holds: () => fixedExchange() === fixedSignature },
  {
    name: 'random',
    holds: (random) => {
      const draws = [random(32), random(32)]
      return !equalBytes(draws[0]!, draws[1]!) && draws.every((draw) => new Set(draw).size > 8)
    },
  },
]

/** Both halves of one signature with shares and nonces from a counter: the same key and the same k on every device. */
function fixedExchange(): string {
  let count = 0
  const random: RandomSource = (length) => {
    const bytes = sm3(utf8(`yunqian self-test ${(count += 1)}`))
    return length <= bytes.length ? bytes.slice(0, length) : new Uint8Array(length).fill(count)
  }
  const session = { sid: utf8('self-test'), context: utf8('self-test') }
  const server = serverKeyCommit({ ...session, random })
  const phone = phoneKeyShare({ ...session, random })
  const key = serverKeyOpen({ ...session, state: server.state, message: phone.message })
  const { d1 } = phone.state
  const e = sm2MessageDigest(key.publicKey, utf8('message digest'))
  const opened = serverSignOpen({ ...session, e, random })
  const at = { ...session, e, commitment: opened.commitment }
  const joined = phoneSignJoin({ ...at, d1, random })
  const { P1, publicKey } = key
  const { d2 } = server.state
  const message = joined.message
  const answer = serverSignAnswer({ ...at, state: opened.state, d2, P1, message })
  const made = phoneSignFinish({ ...at, state: joined.state, d1, publicKey, answer })
  return toHex(made.r) + toHex(made.s)
}
const fixedSignature =
  '45bd483bada29fa990ba2ebc7a5a0d62a053dff833a7f5f23c7bef20271ca69b' +
  'b06e1e7ce618683730b40a7c509b041e83b034548d406734e0e2139bca799668'

function quietly(holds: () => boolean): boolean {
  try {
    return holds()
  } catch {
    return false
  }
}
