import { fromHex } from '../bytes.ts'

/** A short Weierstrass curve of prime order over a 256-bit prime field; all members 32 bytes. */
export interface CurveParameters {
  readonly p: Uint8Array
  readonly a: Uint8Array
  readonly b: Uint8Array
  readonly n: Uint8Array
  readonly Gx: Uint8Array
  readonly Gy: Uint8Array
}

/** P-256 of NIST SP 800-186 clause 3.2.1.3, secp256r1 of SEC 2; cofactor 1. */
export const P256_CURVE: CurveParameters = {
  p: fromHex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff'),
  a: fromHex('ffffffff00000001000000000000000000000000fffffffffffffffffffffffc'),
  b: fromHex('5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b'),
  n: fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  Gx: fromHex('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  Gy: fromHex('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
}

/** The recommended curve sm2p256v1, GM/T 0003.5-2012 (GB/T 32918.5-2017); cofactor 1. */
export const SM2_CURVE: CurveParameters = {
  p: fromHex('fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff'),
  a: fromHex('fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc'),
  b: fromHex('28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93'),
  n: fromHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123'),
  Gx: fromHex('32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7'),
  Gy: fromHex('bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0'),
}
