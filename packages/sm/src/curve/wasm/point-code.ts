// Addition and doubling of points by the complete formulas of Renes, Costello and Batina for
// a = -3 ("Complete addition formulas for prime order elliptic curves", 2016, algorithms 4 and 6):
// one straight line for every pair of points, infinity and equal points included, so that no
// secret can steer into a special case.
import { call, get, i32, type Code, type WasmFunction } from './assembler.ts'
import { FUNCTION, NUMBER_SIZE } from './field-code.ts'
import { REDUCTION_ROOM } from './prime-shape.ts'

type Operation = 'multiply' | 'square' | 'add' | 'subtract'
/** target ← left operation right. */
type Step = readonly [target: string, operation: Operation, left: string, right: string]

const ADDITION = steps(`
  xx = X1 * X2
  yy = Y1 * Y2
  zz = Z1 * Z2
  a1 = X1 + Y1
  a2 = X2 + Y2
  a3 = a1 * a2
  a4 = xx + yy
  xy = a3 - a4
  b1 = Y1 + Z1
  b2 = Y2 + Z2
  b3 = b1 * b2
  b4 = yy + zz
  yz = b3 - b4
  c1 = X1 + Z1
  c2 = X2 + Z2
  c3 = c1 * c2
  c4 = xx + zz
  xz = c3 - c4
  d1 = b * zz
  d2 = xz - d1
  d3 = d2 + d2
  d4 = d2 + d3
  e1 = yy - d4
  e2 = yy + d4
  f1 = b * xz
  z2 = zz + zz
  z3 = zz + z2
  f2 = f1 - z3
  f3 = f2 - xx
  f4 = f3 + f3
  f5 = f4 + f3
  x2 = xx + xx
  x3 = x2 + xx
  g = x3 - z3
  h1 = yz * f5
  h2 = g * f5
  h3 = e1 * e2
  h4 = xy * e2
  h5 = yz * e1
  h6 = xy * g
  X = h4 - h1
  Y = h3 + h2
  Z = h5 + h6
`)

const DOUBLING = steps(`
  xx = X1 * X1
  yy = Y1 * Y1
  zz = Z1 * Z1
  xy1 = X1 * Y1
  xy = xy1 + xy1
  xz1 = X1 * Z1
  xz = xz1 + xz1
  yz1 = Y1 * Z1
  yz = yz1 + yz1
  a1 = b * zz
  a2 = a1 - xz
  a3 = a2 + a2
  a4 = a3 + a2
  b1 = yy - a4
  b2 = yy + a4
  b3 = b1 * b2
  b4 = b1 * xy
  z2 = zz + zz
  z3 = zz + z2
  c1 = b * xz
  c2 = c1 - z3
  c3 = c2 - xx
  c4 = c3 + c3
  c5 = c4 + c3
  x2 = xx + xx
  x3 = x2 + xx
  d1 = x3 - z3
  d2 = d1 * c5
  e1 = yz * c5
  e2 = yz * yy
  e3 = e2 + e2
  X = b4 - e1
  Y = b3 + d2
  Z = e3 + e3
`)

/** Room that the formulas' own numbers take in memory. */
export const SCRATCH_SIZE = 48 * NUMBER_SIZE

/** `addPoints(OUT, P, Q)` and `doublePoint(OUT, P)`; `b` is the address of the curve's b. */
export function pointFunctions(b: number, scratch: number): WasmFunction[] {
  return [
    { name: 'addPoints', params: 3, body: compile(ADDITION, b, scratch) },
    { name: 'doublePoint', params: 2, body: compile(DOUBLING, b, scratch) },
  ]
}

/** How large a limb, and the number in multiples of p, may be: from where to where. */
interface Bounds {
  readonly limb: readonly [number, number]
  readonly value: readonly [number, number]
}

const LIMB = 2 ** 29
/** Coordinates as the formulas take and leave them; a negated one is negative in every limb. */
const COORDINATE: Bounds = { limb: [-LIMB, LIMB], value: [-2, 2] }
const NORMAL: Bounds = { limb: [0, LIMB], value: [-0.01, 1.01] }
// 32 bits of a stored limb, and 63 of a column of nine products less what the reduction adds.
const LIMB_LIMIT = 2 ** 31
const COLUMN_LIMIT = 2 ** 63 - REDUCTION_ROOM
/** The ninth limb holds value / 2^232 and must stay within what is assumed of the others. */
const VALUE_LIMIT = 30

const size = ([from, to]: readonly [number, number]): number => Math.max(-from, to)

/**
 * Turns steps into calls, and normalises a number exactly where it could otherwise overflow: the
 * bounds are followed through every step, and what cannot be shown to fit does not compile.
 */
function compile(program: readonly Step[], b: number, scratch: number): Code {
  const names = [...new Set(program.map(([target]) => target))]
  const bounds = new Map<string, Bounds>([['b', NORMAL]])
  for (const name of ['X1', 'Y1', 'Z1', 'X2', 'Y2', 'Z2']) bounds.set(name, COORDINATE)
  const address = (name: string): Code => addressOf(name, names, b, scratch)
  const code: Code[] = []
  const normalise = (name: string): void => {
    if (!names.includes(name)) throw new Error(`${name} is given and may not be changed`)
    code.push(call(FUNCTION.normalise, address(name)))
    bounds.set(name, NORMAL)
  }
  for (const [target, operation, left, right] of program) {
    let result = resultOf(operation, bounds.get(left)!, bounds.get(right)!)
    while (!result) {
      const larger = size(bounds.get(left)!.limb) >= size(bounds.get(right)!.limb) ? left : right
      normalise(larger)
      result = resultOf(operation, bounds.get(left)!, bounds.get(right)!)
    }
    const args = operation === 'square' ? [left] : [left, right]
    code.push(call(FUNCTION[operation], address(target), ...args.map(address)))
    bounds.set(target, result)
    if ('XYZ'.includes(target) && !within(result, COORDINATE)) normalise(target)
  }
  return code
}

/** Bounds of a result, or undefined when it might not fit. */
function resultOf(operation: Operation, a: Bounds, b: Bounds): Bounds | undefined {
  if (operation === 'multiply' || operation === 'square') {
    const value = (size(a.value) * size(b.value)) / 32
    const fits = 9 * size(a.limb) * size(b.limb) < COLUMN_LIMIT && value + 1 < VALUE_LIMIT
    return fits ? { limb: [0, LIMB], value: [-value, 1 + value] } : undefined
  }
  const combined = (x: readonly [number, number], y: readonly [number, number]) =>
    operation === 'add'
      ? ([x[0] + y[0], x[1] + y[1]] as const)
      : ([x[0] - y[1], x[1] - y[0]] as const)
  const sum = { limb: combined(a.limb, b.limb), value: combined(a.value, b.value) }
  return size(sum.limb) < LIMB_LIMIT && size(sum.value) < VALUE_LIMIT ? sum : undefined
}

const within = (inner: Bounds, outer: Bounds): boolean =>
  inner.limb[0] >= outer.limb[0] &&
  inner.limb[1] <= outer.limb[1] &&
  inner.value[0] >= outer.value[0] &&
  inner.value[1] <= outer.value[1]

/** Parameters are OUT, P and Q; what is between has a place of its own in memory. */
function addressOf(name: string, names: readonly string[], b: number, scratch: number): Code {
  if (name === 'b') return i32.const(b)
  const coordinate = 'XYZ'.indexOf(name[0]!)
  const isPoint = coordinate >= 0
  if (!isPoint) return i32.const(scratch + names.indexOf(name) * NUMBER_SIZE)
  const pointer = name.length === 1 ? 0 : Number(name[1])
  const offset = coordinate * NUMBER_SIZE
  return offset === 0 ? get(pointer) : i32.add(get(pointer), i32.const(offset))
}

/** Results are written last, so that OUT may be one of the points given. */
function steps(text: string): Step[] {
  const operations: Record<string, Operation> = { '*': 'multiply', '+': 'add', '-': 'subtract' }
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [target, , left, sign, right] = line.trim().split(' ') as [string, ...string[]]
      const operation = left === right && sign === '*' ? 'square' : operations[sign!]!
      return [target, operation, left!, right!] as const
    })
}
