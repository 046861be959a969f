// Arithmetic modulo p and n in nine limbs of 29 bits, as straight lines of 64-bit integer
// instructions: no branch and no address depends on a value.
//
// A number is Σ limb[i]·2^29i with signed 32-bit limbs, in Montgomery form with R = 2^261. It need
// be neither reduced nor positive: R is 32 times p, so a product of a·p and b·p comes out between
// -ab/32·p and (1 + ab/32)·p. Who adds keeps track of how large limbs and values may become
// (point-code.ts does it by machine).
import { get, i32, i64, call, repeat, set, type Code, type WasmFunction } from './assembler.ts'
import { LIMB_BITS, LIMBS } from './numbers.ts'
import type { Term } from './prime-shape.ts'

/** Bytes of a number in memory. */
export const NUMBER_SIZE = 4 * LIMBS
/** Bytes of a point X, Y, Z, filled up to whole 64-bit words. */
export const POINT_SIZE = 112

const MASK = i64.const((1n << BigInt(LIMB_BITS)) - 1n)
const [OUT, A, B] = [0, 1, 2] as const
const indices = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i)
const low = (value: Code): Code => i64.and(value, MASK)
const high = (value: Code): Code => i64.shrS(value, LIMB_BITS)
const addTo = (local: number, value: Code): Code => set(local, i64.add(get(local), value))
const subtractFrom = (local: number, value: Code): Code => set(local, i64.sub(get(local), value))

const load = (pointer: number, locals: readonly number[]): Code =>
  locals.map((local, i) => set(local, i64.load32(get(pointer), 4 * i)))
const store = (pointer: number, values: readonly Code[]): Code =>
  values.map((value, i) => i64.store32(get(pointer), 4 * i, value))

/** Moves what exceeds 29 bits of each limb but the last into the next. */
const carry = (limbs: readonly number[]): Code =>
  limbs
    .slice(0, -1)
    .map((limb, i) => [addTo(limbs[i + 1]!, high(get(limb))), set(limb, low(get(limb)))])

/** Local ± factor · 2^shift. */
const accumulate = (sign: 1 | -1, local: number, factor: number, shift: number): Code =>
  (sign === 1 ? addTo : subtractFrom)(local, i64.shl(get(factor), shift))

/** Code that makes a sum of products a multiple of 2^261 without changing it modulo the modulus. */
type Reduction = (t: readonly number[], m: number) => Code

/** Adds m·p at limb i, with m = t[i] mod 2^29: p ≡ -1, so limb i becomes a multiple of 2^29. */
const reduceByP =
  (terms: readonly Term[]): Reduction =>
  (t, m) =>
    indices(LIMBS).map((i) => [
      set(m, low(get(t[i]!))),
      addTo(t[i + 1]!, high(get(t[i]!))),
      terms.map(({ sign, limb, shift }) => accumulate(sign, t[i + limb]!, m, shift)),
    ])

/** The same for a modulus without structure; `inverse` is -modulus^-1 mod 2^29. */
const reduceBy =
  (modulus: readonly number[], inverse: number): Reduction =>
  (t, m) =>
    indices(LIMBS).map((i) => [
      set(m, low(i64.mul(low(get(t[i]!)), i64.const(BigInt(inverse))))),
      modulus.map((limb, j) => addTo(t[i + j]!, i64.mul(get(m), i64.const(BigInt(limb))))),
      addTo(t[i + 1]!, high(get(t[i]!))),
    ])

function montgomery(name: string, reduce: Reduction): WasmFunction {
  const a = indices(LIMBS, 3)
  const b = indices(LIMBS, 12)
  const t = indices(2 * LIMBS, 21)
  const m = 39
  const columns = t.slice(0, -1).map((column, k) => {
    const products = indices(LIMBS)
      .filter((i) => k - i >= 0 && k - i < LIMBS)
      .map((i) => i64.mul(get(a[i]!), get(b[k - i]!)))
    return set(column, products.reduce(i64.add))
  })
  const high9 = t.slice(LIMBS)
  return {
    name,
    params: 3,
    i64s: 37,
    body: [load(A, a), load(B, b), columns, reduce(t, m), carry(high9), store(OUT, high9.map(get))],
  }
}

/** OUT ← A². Products of two different limbs come twice, so one factor is doubled beforehand. */
function square(reduce: Reduction): WasmFunction {
  const a = indices(LIMBS, 2)
  const doubled = indices(LIMBS, 11)
  const t = indices(2 * LIMBS, 20)
  const m = 38
  const columns = t.slice(0, -1).map((column, k) => {
    const products = indices(LIMBS)
      .filter((i) => k - i < LIMBS && i <= k - i)
      .map((i) => i64.mul(get((i === k - i ? a : doubled)[i]!), get(a[k - i]!)))
    return set(column, products.reduce(i64.add))
  })
  const high9 = t.slice(LIMBS)
  return {
    name: 'square',
    params: 2,
    i64s: 37,
    body: [
      load(A, a),
      doubled.map((local, i) => set(local, i64.shl(get(a[i]!), 1))),
      columns,
      reduce(t, m),
      carry(high9),
      store(OUT, high9.map(get)),
    ],
  }
}

/** OUT ← A^(2^times). */
const squareTimes = (squareIndex: number): WasmFunction => {
  const times = 2
  return {
    name: 'squareTimes',
    params: 3,
    body: [
      repeat(
        [
          call(squareIndex, get(OUT), get(A)),
          set(A, get(OUT)),
          set(times, i32.sub(get(times), i32.const(1))),
        ],
        get(times),
      ),
    ],
  }
}

const limbwise = (name: string, operation: typeof i32.add): WasmFunction => ({
  name,
  params: 3,
  body: indices(LIMBS).map((i) =>
    i32.store(get(OUT), 4 * i, operation(i32.load(get(A), 4 * i), i32.load(get(B), 4 * i))),
  ),
})

/** OUT ← the same number modulo p, between about 0 and p, limbs within 29 bits. */
function normalise(terms: readonly Term[]): WasmFunction {
  const v = indices(LIMBS, 1)
  const h = 10
  const top = terms.at(-1)!
  return {
    name: 'normalise',
    params: 1,
    i64s: 10,
    body: [
      load(OUT, v),
      // The terms' sum, 2^256 among them, is ≡ 1: h·2^256 and the rest go, and h comes.
      set(h, i64.shrS(get(v[top.limb]!), top.shift)),
      terms.map(({ sign, limb, shift }) => accumulate(sign === 1 ? -1 : 1, v[limb]!, h, shift)),
      addTo(v[0]!, get(h)),
      carry(v),
      store(OUT, v.map(get)),
    ],
  }
}

export const WINDOW_ENTRIES = 16

/**
 * select(OUT, table, digit): OUT ← digit·P from a table of 1·P to 16·P. Every entry is read
 * whatever the digit, and the sign is applied by a mask.
 */
function select(identity: readonly bigint[]): WasmFunction {
  const [table, digit] = [1, 2] as const
  const masks = indices(WINDOW_ENTRIES + 1, 3)
  const [sign, size] = [20, 21] as const
  // -1 where the size is j, else 0: sizes are below 32, so only zero minus one turns negative.
  const isSize = (j: number): Code =>
    i64.extend(i32.shrS(i32.sub(i32.xor(get(size), i32.const(j)), i32.const(1)), 31))
  const words = indices(POINT_SIZE / 8).map((word) => {
    const entries = indices(WINDOW_ENTRIES).map((j) =>
      i64.and(i64.load(get(table), j * POINT_SIZE + 8 * word), get(masks[j + 1]!)),
    )
    const infinity = i64.and(i64.const(identity[word]!), get(masks[0]!))
    return i64.store(get(OUT), 8 * word, [...entries, infinity].reduce(i64.or))
  })
  const negateY = indices(LIMBS).map((i) => {
    const at = NUMBER_SIZE + 4 * i
    const flipped = i32.xor(i32.load(get(OUT), at), get(sign))
    return i32.store(get(OUT), at, i32.sub(flipped, get(sign)))
  })
  return {
    name: 'select',
    params: 3,
    i64s: WINDOW_ENTRIES + 1,
    i32s: 2,
    body: [
      set(sign, i32.shrS(get(digit), 31)),
      set(size, i32.sub(i32.xor(get(digit), get(sign)), get(sign))),
      masks.map((mask, j) => set(mask, isSize(j))),
      words,
      negateY,
    ],
  }
}

/** Where the functions that others call stand in the module. */
export const FUNCTION = { multiply: 0, square: 1, add: 2, subtract: 3, normalise: 4 } as const

/**
 * The functions on numbers, for the prime of those terms; `order` is n and -n^-1 mod 2^29,
 * `identity` the words of (0 : 1 : 0).
 */
export function fieldFunctions(
  terms: readonly Term[],
  order: { readonly limbs: readonly number[]; readonly inverse: number },
  identity: readonly bigint[],
): WasmFunction[] {
  return [
    montgomery('multiply', reduceByP(terms)),
    square(reduceByP(terms)),
    limbwise('add', i32.add),
    limbwise('subtract', i32.sub),
    normalise(terms),
    squareTimes(FUNCTION.square),
    montgomery('multiplyModN', reduceBy(order.limbs, order.inverse)),
    select(identity),
  ]
}
