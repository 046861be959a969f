export { concatBytes, equalBytes, fromHex, toHex, wipe } from './bytes.ts'
export { SmError, type SmErrorCode } from './errors.ts'
export { hkdfSm3, hmacSm3 } from './hmac-sm3.ts'
export { p256Verify } from './p256-signature.ts'
export type { RandomSource } from './random.ts'
export { scalarOfBytes } from './scalar-of-bytes.ts'
export { DEFAULT_SM2_ID, sm2MessageDigest, sm2Z } from './sm2-digest.ts'
export {
  generateSm2KeyPair,
  parseSm2PrivateKey,
  parseSm2PublicKey,
  sm2PublicKeyOf,
  type Sm2PrivateKey,
  type Sm2PublicKey,
} from './sm2-key.ts'
export {
  sm2Sign,
  sm2SignDigest,
  sm2Verify,
  sm2VerifyDigest,
  type Sm2Signature,
} from './sm2-signature.ts'
export { decodeSm2Signature, encodeSm2Signature } from './signature-der.ts'
export { Sm3, sm3 } from './sm3.ts'
export { sm4GcmOpen, sm4GcmSeal } from './sm4-gcm.ts'
