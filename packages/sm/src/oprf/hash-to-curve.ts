// Hashing to the SM2 curve: suite SM2_XMD:SM3_SSWU_RO_ put together by the recipe of RFC 9380
// section 8.9, which registers none for this curve. The simplified SWU map applies because the
// curve's a and b are not zero.
import {
  createHasher,
  mapToCurveSimpleSWU,
  type H2CHasher,
} from '@noble/curves/abstract/hash-to-curve.js'
import type { WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js'
import { noblePoint } from '../curve/noble-engine.ts'
import { SM2_CURVE } from '../curve/parameters.ts'
import { SM3_BLOCK_LENGTH, SM3_LENGTH, Sm3, sm3 } from '../sm3.ts'

/** The SWU constant that appendix H.2 of RFC 9380 finds for this curve; a test finds it again. */
export const SSWU_Z = -9n

/** SM3 with the properties noble's expander asks of a hash. */
const nobleSm3 = Object.assign((message: Uint8Array) => sm3(message), {
  outputLen: SM3_LENGTH,
  blockLen: SM3_BLOCK_LENGTH,
  canXOF: false,
  create: () => new Sm3() as never,
})

/** hash_to_curve and hash_to_field over SM3, 128-bit security, tags given by each caller. */
export function createSm2Hasher(): H2CHasher<WeierstrassPointCons<bigint>> {
  const Point = noblePoint(SM2_CURVE)
  const { a, b, p } = Point.CURVE()
  const map = mapToCurveSimpleSWU(Point.Fp, { A: a, B: b, Z: Point.Fp.create(SSWU_Z) })
  return createHasher(Point, ([u]) => map(u!), {
    DST: 'SM2_XMD:SM3_SSWU_RO_',
    encodeDST: 'SM2_XMD:SM3_SSWU_NU_',
    p,
    m: 1,
    k: 128,
    expand: 'xmd',
    hash: nobleSm3,
  })
}
