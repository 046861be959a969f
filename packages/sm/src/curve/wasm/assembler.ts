// Writes WebAssembly: only the instructions that the field code needs, as the stack machine takes
// them. Code is assembled when the package first computes, so the repository holds no binary that
// a reader would have to believe.

/** Bytes of instructions in the order in which the machine meets them, nested as they were put together. */
export type Code = readonly (number | Code)[]

/** A function of i32 parameters without result; locals follow the parameters, i64 before i32. */
export interface WasmFunction {
  readonly name: string
  readonly params: number
  readonly i64s?: number
  readonly i32s?: number
  readonly body: Code
}

const I32 = 0x7f
const I64 = 0x7e

export const get = (local: number): Code => [0x20, unsigned(local)]
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)]
export const call = (index: number, ...args: readonly Code[]): Code => [args, 0x10, unsigned(index)]
/** Runs the body, and again as long as it leaves a non-zero i32. */
export const repeat = (body: Code, whileNot0: Code): Code => [
  [0x03, 0x40],
  [body, whileNot0],
  [0x0d, 0, 0x0b],
]

export const i32 = {
  const: (value: number): Code => [0x41, signed(BigInt(value))],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  sub: (a: Code, b: Code): Code => [a, b, 0x6b],
  xor: (a: Code, b: Code): Code => [a, b, 0x73],
  shrS: (a: Code, bits: number): Code => [a, i32.const(bits), 0x75],
  load: (at: Code, offset: number): Code => [at, 0x28, 2, unsigned(offset)],
  store: (at: Code, offset: number, value: Code): Code => [at, value, 0x36, 2, unsigned(offset)],
}

export const i64 = {
  const: (value: bigint): Code => [0x42, signed(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x7c],
  sub: (a: Code, b: Code): Code => [a, b, 0x7d],
  mul: (a: Code, b: Code): Code => [a, b, 0x7e],
  and: (a: Code, b: Code): Code => [a, b, 0x83],
  or: (a: Code, b: Code): Code => [a, b, 0x84],
  shl: (a: Code, bits: number): Code => [a, i64.const(BigInt(bits)), 0x86],
  shrS: (a: Code, bits: number): Code => [a, i64.const(BigInt(bits)), 0x87],
  extend: (a: Code): Code => [a, 0xac],
  /** 64 bits at a multiple of 4. */
  load: (at: Code, offset: number): Code => [at, 0x29, 2, unsigned(offset)],
  store: (at: Code, offset: number, value: Code): Code => [at, value, 0x37, 2, unsigned(offset)],
  /** 32 bits with their sign. */
  load32: (at: Code, offset: number): Code => [at, 0x34, 2, unsigned(offset)],
  store32: (at: Code, offset: number, value: Code): Code => [at, value, 0x3e, 2, unsigned(offset)],
}

/** A module that exports every function by its name, and `memory` of so many pages of 64 KiB. */
export function assemble(
  functions: readonly WasmFunction[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [
    0x60,
    [params, Array.from({ length: params }, () => I32)],
    0,
  ])
  const bodies = functions.map(({ i64s = 0, i32s = 0, body }) => {
    const locals = [
      [unsigned(i64s), I64],
      [unsigned(i32s), I32],
    ]
    return sized([vector(locals), body, 0x0b])
  })
  const exports = [
    [text('memory'), 2, 0],
    ...functions.map(({ name }, i) => [text(name), 0, unsigned(i)]),
  ]
  const module = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector(types)),
    section(3, vector(functions.map((_, i) => unsigned(i)))),
    section(5, vector([[1, unsigned(pages), unsigned(pages)]])),
    section(7, vector(exports)),
    section(10, vector(bodies)),
  ]
  return Uint8Array.from(flat(module))
}

const section = (id: number, content: Code): Code => [id, sized(content)]
const vector = (items: readonly Code[]): Code => [unsigned(items.length), items]
const text = (name: string): Code => vector([...name].map((char) => [char.charCodeAt(0)]))

function sized(content: Code): Code {
  const bytes = flat(content)
  return [unsigned(bytes.length), bytes]
}

function flat(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') into.push(part)
    else flat(part, into)
  }
  return into
}

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

function signed(value: bigint): Code {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}
