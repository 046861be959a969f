import { engine } from './curve/engine.ts'
import { SmError } from './errors.ts'
import { drawScalar, type RandomSource } from './random.ts'
import { isLess, isZero } from './scalar-range.ts'

/** 65 bytes 04‖x‖y: on the curve, canonical, not infinity. Only the parser makes one. */
export type Sm2PublicKey = Uint8Array & { readonly __brand: 'Sm2PublicKey' }
/** 32 bytes big endian in [1, n-2]. */
export type Sm2PrivateKey = Uint8Array & { readonly __brand: 'Sm2PrivateKey' }

// d = n-1 would make 1+d zero, which signing inverts: GM/T 0003.2-2012 clause 6.1 needs [1, n-2].
const PRIVATE_KEY_LIMIT = Uint8Array.from(engine.curve.n)
PRIVATE_KEY_LIMIT[31]! -= 1

/**
 * Public key check of GM/T 0003.1-2012 clause 6.2.1: coordinates below p, on the curve, not
 * infinity (the cofactor is 1, so the order is n). Takes the 65-byte uncompressed form alone: a
 * second encoding of one key would make two fingerprints of it. Throws SmError `sm.invalid-point`.
 */
export function parseSm2PublicKey(bytes: Uint8Array): Sm2PublicKey {
  if (!engine.isPoint(bytes)) throw new SmError('sm.invalid-point', { length: bytes.length })
  return Uint8Array.from(bytes) as Sm2PublicKey
}

/** Takes 32 bytes in [1, n-2]; throws SmError `sm.invalid-private-key`. */
export function parseSm2PrivateKey(bytes: Uint8Array): Sm2PrivateKey {
  if (bytes.length !== 32 || isZero(bytes) || !isLess(bytes, PRIVATE_KEY_LIMIT)) {
    throw new SmError('sm.invalid-private-key', { length: bytes.length })
  }
  return Uint8Array.from(bytes) as Sm2PrivateKey
}

/** Key pair generation of GM/T 0003.1-2012 clause 6.1. */
export function generateSm2KeyPair(random: RandomSource): {
  readonly privateKey: Sm2PrivateKey
  readonly publicKey: Sm2PublicKey
} {
  const privateKey = drawScalar(random, PRIVATE_KEY_LIMIT) as Sm2PrivateKey
  return { privateKey, publicKey: sm2PublicKeyOf(privateKey) }
}

/** P = [d]G. */
export function sm2PublicKeyOf(privateKey: Sm2PrivateKey): Sm2PublicKey {
  return engine.multiplyBase(privateKey) as Sm2PublicKey
}
