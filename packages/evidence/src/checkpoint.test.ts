import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

const checkpoint = {
  origin: 'yunqian.example/log/7',
  size: 42,
  sha256Root: new Uint8Array(32).fill(1),
  sm3Root: new Uint8Array(32).fill(2),
  time: new Date('2026-11-24T08:00:00.000Z'),
}

describe('checkpoint', () => {
  it('begins with a C2SP checkpoint body and reads back', () => {
    const text = new TextDecoder().decode(encodeCheckpoint(checkpoint))
    expect(text).toBe(
      'yunqian.example/log/7\n42\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n' +
        'sm3 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\ntime 2026-11-24T08:00:00.000Z\n',
    )
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint)
  })

  it.each([
    ['a leading zero in the size', /\n42\n/, '\n042\n'],
    ['a missing last line end', /\n$/, ''],
    ['spare base64 bits', /AQE=/, 'AQF='],
    ['another time format', /\.000Z/, 'Z'],
    ['text after the end', /$/, 'x\n'],
  ])('refuses %s', (_, from, to) => {
    const text = new TextDecoder().decode(encodeCheckpoint(checkpoint)).replace(from, to)
    expect(() => decodeCheckpoint(new TextEncoder().encode(text))).toThrow(
      'evidence.checkpoint-malformed',
    )
  })
})
