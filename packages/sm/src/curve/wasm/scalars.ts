import type { Scalar, CurveEngine } from '../curve-engine.ts'
import type { Machine } from './machine.ts'
import { combine, fromLimbs, subtractOnce, toLimbs } from './numbers.ts'
import { fillPowers, nibbles } from './powers.ts'

type ScalarFunctions = Pick<
  CurveEngine,
  'reduce' | 'addScalars' | 'subtractScalars' | 'multiplyScalars' | 'invertScalar'
>

/** Arithmetic modulo n; each function leaves the machine's memory zeroed. */
export function scalarFunctions(machine: Machine, order: Uint8Array): ScalarFunctions {
  const { multiplyModN, limbs, at } = machine
  const [left, right] = at.work as [number, number]
  const n = Int32Array.from(limbs(at.modN))
  // Public, as the order is.
  const inversion = nibbles(order, (modulus) => modulus - 2n)
  /** Below n, of a number below 2n; then nothing of it stays behind. */
  const finish = (): Scalar => {
    const result = limbs(left)
    subtractOnce(result, n)
    const scalar = fromLimbs(result)
    machine.wipe()
    return scalar
  }
  const load = (a: Scalar, b: Scalar): void => {
    toLimbs(a, limbs(left))
    toLimbs(b, limbs(right))
  }
  const sum = (a: Scalar, b: Scalar, sign: 1 | -1): Scalar => {
    load(a, b)
    combine(limbs(left), limbs(left), limbs(right), sign, n)
    return finish()
  }
  return {
    reduce: (bytes) => {
      toLimbs(bytes, limbs(left))
      return finish()
    },
    addScalars: (a, b) => sum(a, b, 1),
    subtractScalars: (a, b) => sum(a, b, -1),
    multiplyScalars: (a, b) => {
      load(a, b)
      multiplyModN(left, left, right)
      multiplyModN(left, left, at.rrModN)
      return finish()
    },
    invertScalar: (a) => {
      // Fermat: a^(n-2), by windows of four bits of the exponent.
      toLimbs(a, limbs(right))
      multiplyModN(right, right, at.rrModN)
      multiplyModN(left, at.plain1, at.rrModN)
      fillPowers(machine, multiplyModN, right, left)
      for (const nibble of inversion) {
        for (let i = 0; i < 4; i++) multiplyModN(left, left, left)
        if (nibble > 0) multiplyModN(left, left, at.powers[nibble]!)
      }
      multiplyModN(left, left, at.plain1)
      return finish()
    },
  }
}
