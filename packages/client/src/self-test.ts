import {
  fromHex,
  hmacSm3,
  parseSm2PublicKey,
  sm2Verify,
  sm3,
  sm4GcmOpen,
  sm4GcmSeal,
  toHex,
} from '@yunqian/sm'
import { utf8 } from './bytes.ts'
import { PhoneError } from './errors.ts'

/**
 * Known-answer tests before the first use of the key (GM/T 0028 asks for them; this software module is not certified).
 * Vectors: GB/T 32905 annex A, GB/T 32918.5, RFC 8998 appendix A. Throws `phone.self-test-failed`, and the caller
 * gives no service.
 */
export function selfTest(): void {
  const failed = knownAnswers.filter(({ holds }) => !quietly(holds)).map(({ name }) => name)
  if (failed.length > 0) throw new PhoneError('phone.self-test-failed', { details: { failed } })
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

const knownAnswers: readonly { readonly name: string; readonly holds: () => boolean }[] = [
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
]

function quietly(holds: () => boolean): boolean {
  try {
    return holds()
  } catch {
    return false
  }
}
