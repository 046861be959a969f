// Arithmetic in WebAssembly that assembles itself when the package loads: no BigInt touches a
// secret, every secret multiplication runs through the same instructions and reads the same
// addresses whatever the scalar, and what it leaves in memory is zeroed. No engine of JavaScript
// or WebAssembly promises that one instruction takes the same time for all operands; on the
// processors in use 64-bit multiplications and additions do.
import { concatBytes } from '../bytes.ts'
import { isLess, isZero } from '../scalar-range.ts'
import type { CurveParameters } from './parameters.ts'
import type { CurvePoint, Scalar, CurveEngine } from './curve-engine.ts'
import { NUMBER_SIZE, POINT_SIZE, WINDOW_ENTRIES } from './wasm/field-code.ts'
import { startMachine, type Machine } from './wasm/machine.ts'
import { fillPowers, nibbles } from './wasm/powers.ts'
import { scalarFunctions } from './wasm/scalars.ts'
import {
  combine,
  fromLimbs,
  LIMBS,
  subtractOnce,
  toLimbs,
  windowDigits,
  WINDOW_BITS,
  WINDOWS,
} from './wasm/numbers.ts'

type Pointer = number

/** An engine of SM2's curve or P-256; undefined where WebAssembly may not run. */
export function wasmEngine(curve: CurveParameters): CurveEngine | undefined {
  const machine = startMachine(curve)
  return machine && new WasmArithmetic(machine, curve).engine()
}

/** One memory, and functions that end with its secrets zeroed. */
class WasmArithmetic {
  readonly #m: Machine
  readonly #curve: CurveParameters
  readonly #p = new Int32Array(LIMBS)
  /** Inversion by Fermat, and the square root modulo p ≡ 3 mod 4; both public. */
  readonly #exponents: Readonly<Record<'inverse' | 'root', readonly number[]>>
  #baseReady = false

  constructor(machine: Machine, curve: CurveParameters) {
    this.#m = machine
    this.#curve = curve
    toLimbs(curve.p, this.#p)
    this.#exponents = {
      inverse: nibbles(curve.p, (p) => p - 2n),
      root: nibbles(curve.p, (p) => (p + 1n) / 4n),
    }
  }

  engine(): CurveEngine {
    return {
      name: 'wasm',
      curve: this.#curve,
      isPoint: (bytes) => this.#clean(() => this.#isPoint(bytes)),
      decompress: (bytes) => this.#clean(() => this.#decompress(bytes)),
      multiplyBase: (k) => this.#clean(() => this.#finite(this.#multiplyBase(k))),
      multiply: (k, point) => this.#clean(() => this.#finite(this.#multiply(k, point))),
      combine: (s, t, point) => this.#clean(() => this.#combine(s, t, point)),
      add: (a, b) => this.#clean(() => this.#add(a, b)),
      negate: (point) => this.#clean(() => this.#negate(point)),
      ...scalarFunctions(this.#m, this.#curve.n),
    }
  }

  #clean<T>(work: () => T): T {
    try {
      return work()
    } finally {
      this.#m.wipe()
    }
  }

  // Numbers modulo p

  #toField(at: Pointer, bytes: Uint8Array): void {
    const { rr } = this.#m.at
    toLimbs(bytes, this.#m.limbs(at))
    this.#m.multiply(at, at, rr)
  }

  /** Below p: multiplying by 1 leaves Montgomery form with at most p, and p itself becomes 0. */
  #fromField(at: Pointer): Uint8Array {
    const limbs = this.#m.limbs(at)
    this.#m.multiply(at, at, this.#m.at.plain1)
    subtractOnce(limbs, this.#p)
    return fromLimbs(limbs)
  }

  /** out ← a^exponent, the exponent public: windows of four bits. */
  #power(out: Pointer, a: Pointer, exponent: readonly number[]): void {
    const { multiply, squareTimes, at } = this.#m
    fillPowers(this.#m, multiply, a, at.one)
    exponent.forEach((nibble, i) => {
      if (i === 0) return multiply(out, at.powers[nibble]!, at.one)
      squareTimes(out, out, 4)
      if (nibble > 0) multiply(out, out, at.powers[nibble]!)
    })
  }

  /** out ← x³ - 3x + b. */
  #curveEquation(out: Pointer, x: Pointer): void {
    const { multiply, square, add, at } = this.#m
    square(out, x)
    add(out, out, at.minus3)
    multiply(out, out, x)
    add(out, out, at.b)
    this.#m.normalise(out)
  }

  // Points

  #isPoint(bytes: Uint8Array): boolean {
    if (bytes.length !== 65 || bytes[0] !== 0x04) return false
    const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)]
    if (!isLess(x, this.#curve.p) || !isLess(y, this.#curve.p)) return false
    const [atX, atY, right] = this.#m.at.work as [Pointer, Pointer, Pointer]
    this.#toField(atX, x)
    this.#toField(atY, y)
    this.#curveEquation(right, atX)
    this.#m.square(atY, atY)
    this.#m.subtract(right, right, atY)
    return isZero(this.#fromField(right))
  }

  #decompress(bytes: Uint8Array): CurvePoint | undefined {
    const [prefix, x] = [bytes[0], bytes.subarray(1)]
    if (bytes.length !== 33 || (prefix !== 2 && prefix !== 3)) return undefined
    if (!isLess(x, this.#curve.p)) return undefined
    const [atX, atY, right, check] = this.#m.at.work as [Pointer, Pointer, Pointer, Pointer]
    this.#toField(atX, x)
    this.#curveEquation(right, atX)
    this.#power(atY, right, this.#exponents.root)
    this.#m.square(check, atY)
    this.#m.subtract(check, right, check)
    if (!isZero(this.#fromField(check))) return undefined
    const y = this.#fromField(atY)
    // No point has y = 0: the order is odd.
    const point = concatBytes(Uint8Array.of(4), x, y)
    return (y[31]! & 1) === (prefix & 1) ? point : this.#negate(point)
  }

  #load(at: Pointer, point: CurvePoint): void {
    this.#toField(at, point.subarray(1, 33))
    this.#toField(at + NUMBER_SIZE, point.subarray(33))
    this.#m.limbs(at + 2 * NUMBER_SIZE).set(this.#m.limbs(this.#m.at.one))
  }

  #setInfinity(at: Pointer): void {
    this.#m.limbs(at).fill(0)
    this.#m.limbs(at + NUMBER_SIZE).set(this.#m.limbs(this.#m.at.one))
    this.#m.limbs(at + 2 * NUMBER_SIZE).fill(0)
  }

  /** 04‖x‖y, or undefined for infinity. */
  #encode(at: Pointer): CurvePoint | undefined {
    const { multiply } = this.#m
    const [inverse, test] = this.#m.at.work as [Pointer, Pointer]
    multiply(test, at + 2 * NUMBER_SIZE, this.#m.at.one)
    if (isZero(this.#fromField(test))) return undefined
    this.#power(inverse, at + 2 * NUMBER_SIZE, this.#exponents.inverse)
    multiply(at, at, inverse)
    multiply(at + NUMBER_SIZE, at + NUMBER_SIZE, inverse)
    return concatBytes(Uint8Array.of(4), this.#fromField(at), this.#fromField(at + NUMBER_SIZE))
  }

  #finite(at: Pointer): CurvePoint {
    const point = this.#encode(at)
    if (!point) throw new RangeError('a scalar is zero modulo the order')
    return point
  }

  /** 1·P to 16·P, where P is the first entry. */
  #fillTable(table: Pointer): void {
    for (let j = 1; j < WINDOW_ENTRIES; j++)
      this.#m.addPoints(table + j * POINT_SIZE, table + (j - 1) * POINT_SIZE, table)
  }

  /** Multiples 1 to 16 of 32^i·G for every window i: a product with G needs no doubling. */
  #prepareBase(): Pointer {
    const { at, doublePoint } = this.#m
    if (this.#baseReady) return at.baseTable
    this.#load(at.baseTable, concatBytes(Uint8Array.of(4), this.#curve.Gx, this.#curve.Gy))
    for (let i = 0; i < WINDOWS; i++) {
      const window = at.baseTable + i * WINDOW_ENTRIES * POINT_SIZE
      this.#fillTable(window)
      if (i + 1 < WINDOWS)
        doublePoint(
          window + WINDOW_ENTRIES * POINT_SIZE,
          window + (WINDOW_ENTRIES - 1) * POINT_SIZE,
        )
    }
    this.#baseReady = true
    return at.baseTable
  }

  #multiplyBase(k: Scalar): Pointer {
    const base = this.#prepareBase()
    const { select, addPoints } = this.#m
    const [sum, entry] = this.#m.at.points as [Pointer, Pointer]
    const digits = windowDigits(k)
    this.#setInfinity(sum)
    for (let i = 0; i < WINDOWS; i++) {
      select(entry, base + i * WINDOW_ENTRIES * POINT_SIZE, digits[i]!)
      addPoints(sum, sum, entry)
    }
    digits.fill(0)
    return sum
  }

  #multiply(k: Scalar, point: CurvePoint): Pointer {
    const { select, addPoints, doublePoint, at } = this.#m
    const [sum, entry] = at.points as [Pointer, Pointer]
    this.#load(at.table, point)
    this.#fillTable(at.table)
    const digits = windowDigits(k)
    this.#setInfinity(sum)
    for (let i = WINDOWS - 1; i >= 0; i--) {
      for (let j = 0; j < WINDOW_BITS; j++) doublePoint(sum, sum)
      select(entry, at.table, digits[i]!)
      addPoints(sum, sum, entry)
    }
    digits.fill(0)
    return sum
  }

  #combine(s: Scalar, t: Scalar, point: CurvePoint): CurvePoint | undefined {
    // The scalars are public, but the code that needs no care is the code for secrets.
    const [sum, , kept] = this.#m.at.points as [Pointer, Pointer, Pointer]
    this.#multiplyBase(s)
    this.#copyPoint(kept, sum)
    this.#multiply(t, point)
    this.#m.addPoints(sum, sum, kept)
    return this.#encode(sum)
  }

  #copyPoint(to: Pointer, from: Pointer): void {
    for (const offset of [0, NUMBER_SIZE, 2 * NUMBER_SIZE])
      this.#m.limbs(to + offset).set(this.#m.limbs(from + offset))
  }

  #add(a: CurvePoint, b: CurvePoint): CurvePoint | undefined {
    const [sum, other] = this.#m.at.points as [Pointer, Pointer]
    this.#load(sum, a)
    this.#load(other, b)
    this.#m.addPoints(sum, sum, other)
    return this.#encode(sum)
  }

  #negate(point: CurvePoint): CurvePoint {
    const [y] = this.#m.at.work as [Pointer]
    const limbs = this.#m.limbs(y)
    toLimbs(point.subarray(33), limbs)
    combine(limbs, new Int32Array(LIMBS), limbs, -1, this.#p)
    return concatBytes(point.subarray(0, 33), fromLimbs(limbs))
  }
}
