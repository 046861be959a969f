import type { CurveParameters } from '../parameters.ts'
import { toHex } from '../../bytes.ts'
import { assemble } from './assembler.ts'
import { fieldFunctions, NUMBER_SIZE, POINT_SIZE, WINDOW_ENTRIES } from './field-code.ts'
import { LIMB_BITS, LIMBS, toLimbs, WINDOWS } from './numbers.ts'
import { pointFunctions, SCRATCH_SIZE } from './point-code.ts'
import { termsOf } from './prime-shape.ts'

type Pointer = number

/** What the module exports; numbers and points are addresses in its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  multiply(out: Pointer, a: Pointer, b: Pointer): void
  square(out: Pointer, a: Pointer): void
  squareTimes(out: Pointer, a: Pointer, times: number): void
  add(out: Pointer, a: Pointer, b: Pointer): void
  subtract(out: Pointer, a: Pointer, b: Pointer): void
  normalise(out: Pointer): void
  multiplyModN(out: Pointer, a: Pointer, b: Pointer): void
  select(out: Pointer, table: Pointer, digit: number): void
  addPoints(out: Pointer, p: Pointer, q: Pointer): void
  doublePoint(out: Pointer, p: Pointer): void
}

/** A running module with its memory laid out. */
export interface Machine extends Exports {
  /** Nine limbs at an address. */
  limbs(at: Pointer): Int32Array
  /** Zeroes everything but constants and the table of G. */
  wipe(): void
  readonly at: typeof PLACES
}

const numbers = (from: number, count: number): Pointer[] =>
  Array.from({ length: count }, (_, i) => from + i * NUMBER_SIZE)

// Constants first, then what is wiped, then the table of multiples of G.
const [b, one, rr, plain1, modN, rrModN, minus3] = numbers(0, 8) as [
  ...[Pointer, Pointer, Pointer, Pointer, Pointer, Pointer, Pointer],
  ...Pointer[],
]
const work = 8 * NUMBER_SIZE
const powers = work + 8 * NUMBER_SIZE
const points = powers + 16 * NUMBER_SIZE
const table = points + 4 * POINT_SIZE
const scratch = table + WINDOW_ENTRIES * POINT_SIZE
const baseTable = 8 * Math.ceil((scratch + SCRATCH_SIZE) / 8)
const end = baseTable + WINDOWS * WINDOW_ENTRIES * POINT_SIZE

const PLACES = {
  b,
  one,
  rr,
  plain1,
  modN,
  rrModN,
  minus3,
  /** Eight numbers, 16 powers, four points and 16 multiples, for whoever computes. */
  work: numbers(work, 8),
  powers: numbers(powers, 16),
  table,
  baseTable,
  points: Array.from({ length: 4 }, (_, i) => points + i * POINT_SIZE),
}

/**
 * Assembles and starts the module; undefined where the host has no WebAssembly or forbids it.
 *
 * @throws RangeError for a curve of another shape
 */
export function startMachine(curve: CurveParameters): Machine | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const [p, n] = [numberOf(curve.p), numberOf(curve.n)]
  if (numberOf(curve.a) !== p - 3n) throw new RangeError('the point formulas are those of a = -3')
  const r = 1n << BigInt(LIMB_BITS * LIMBS)
  const limbModulus = 1n << BigInt(LIMB_BITS)
  const order = {
    limbs: limbsOf(n),
    inverse: Number(limbModulus - inverse(n % limbModulus, limbModulus)),
  }
  const functions = [
    ...fieldFunctions(termsOf(p), order, identityWords(limbsOf(r % p))),
    ...pointFunctions(PLACES.b, scratch),
  ]
  const pages = Math.ceil(end / 65_536)
  let exports: Exports
  try {
    // A page's policy may forbid it, and some hosts have the name and not the thing.
    const module = new WebAssembly.Module(assemble(functions, pages))
    exports = new WebAssembly.Instance(module).exports as unknown as Exports
  } catch {
    return undefined
  }
  const { buffer } = exports.memory
  const limbs = (at: Pointer): Int32Array => new Int32Array(buffer, at, LIMBS)
  const constants: [Pointer, bigint][] = [
    [b, (numberOf(curve.b) * r) % p],
    [one, r % p],
    [rr, (r * r) % p],
    [plain1, 1n],
    [modN, n],
    [rrModN, (r * r) % n],
    [minus3, ((p - 3n) * r) % p],
  ]
  for (const [at, value] of constants) limbs(at).set(limbsOf(value))
  const secrets = new Uint8Array(buffer, work, baseTable - work)
  return { ...exports, limbs, wipe: () => void secrets.fill(0), at: PLACES }
}

function limbsOf(value: bigint): number[] {
  const limbs = new Int32Array(LIMBS)
  const hex = value.toString(16).padStart(64, '0')
  toLimbs(
    Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16)),
    limbs,
  )
  return [...limbs]
}

/** (0 : 1 : 0) as 64-bit words of a point. */
function identityWords(oneLimbs: readonly number[]): bigint[] {
  const point = new Int32Array(POINT_SIZE / 4)
  point.set(oneLimbs, LIMBS)
  return [...new BigInt64Array(point.buffer)]
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

/** Inverse modulo a power of two, by Newton's iteration: each step doubles the bits that are right. */
function inverse(odd: bigint, modulus: bigint): bigint {
  let found = odd
  for (let i = 0; i < 6; i++) found = (found * (2n - odd * found)) % modulus
  return ((found % modulus) + modulus) % modulus
}
