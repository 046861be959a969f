import type { Handwriting } from '@yunqian/api'

/** A doctor who does not exist; the number has a right check digit and belongs to no district in use. */
export const sampleDoctor = {
  name: '陈雨晴',
  idNumber: withCheckDigit('99000019850614002'),
  mobile: '13900000001',
} as const

/** The box for the attending doctor in the bundled record, PDF points from the lower left. */
export const bundledSignatureBox = { page: 1, x: 56, y: 76, width: 174, height: 50 } as const

export const samplePin = '480952'

/** GB 11643-1999 §4: weights 2^(18-i) mod 11. */
function withCheckDigit(first17: string): string {
  const sum = [...first17].reduce(
    (total, digit, i) => total + Number(digit) * (2 ** (17 - i) % 11),
    0,
  )
  return first17 + '10X98765432'[sum % 11]!
}

/** A few pen strokes, as a finger on a phone would leave them. */
export function sampleHandwriting(): Handwriting {
  const stroke = (
    from: readonly [number, number],
    to: readonly [number, number],
    bend: number,
    start: number,
  ) =>
    Array.from({ length: 24 }, (_, i) => {
      const part = i / 23
      return {
        x: from[0] + (to[0] - from[0]) * part,
        y: from[1] + (to[1] - from[1]) * part + Math.sin(part * Math.PI) * bend,
        t: start + i * 12,
      }
    })
  return {
    width: 600,
    height: 240,
    strokes: [
      stroke([60, 60], [210, 50], -14, 0),
      stroke([130, 30], [110, 200], 10, 420),
      stroke([70, 120], [220, 110], 16, 800),
      stroke([260, 60], [380, 190], -30, 1200),
      stroke([370, 50], [280, 200], 24, 1600),
      stroke([410, 120], [560, 70], -40, 2000),
      stroke([480, 50], [500, 200], 12, 2400),
    ],
  }
}
