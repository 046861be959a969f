import { randomBytes } from 'node:crypto'

/** The operating system's generator, as the `RandomSource` the pure packages ask for. */
export const systemRandom = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
