import type { Handwriting, StrokePoint } from '../../packages/documents/src/write/strokes.ts'

/** Strokes shaped like a hurried 陈: made from curves, with times and no pressure, as a finger draws them. */
export function handwriting(): Handwriting {
  const strokes = [
    curve(40, 40, 95, 30, 60, 90, 48, 205),
    curve(52, 48, 120, 20, 95, 95, 62, 100),
    curve(110, 70, 170, 58, 230, 52, 262, 50),
    curve(180, 20, 165, 60, 150, 95, 130, 120),
    curve(128, 122, 190, 108, 240, 100, 275, 98),
    curve(196, 78, 200, 130, 202, 180, 176, 196),
    curve(160, 140, 150, 160, 135, 176, 118, 190),
    curve(222, 134, 245, 150, 262, 168, 330, 182),
  ]
  return { width: 400, height: 220, strokes }
}

function curve(...[x0, y0, x1, y1, x2, y2, x3, y3]: number[]): StrokePoint[] {
  const [a, b, c, d] = [x0 ?? 0, x1 ?? 0, x2 ?? 0, x3 ?? 0]
  const [e, f, g, h] = [y0 ?? 0, y1 ?? 0, y2 ?? 0, y3 ?? 0]
  const at = (u: number, p: number, q: number, r: number, s: number): number =>
    (1 - u) ** 3 * p + 3 * (1 - u) ** 2 * u * q + 3 * (1 - u) * u * u * r + u ** 3 * s
  return Array.from({ length: 25 }, (_, i) => {
    // Slow at both ends, fast between, like a hand.
    const u = (1 - Math.cos((Math.PI * i) / 24)) / 2
    return { x: at(u, a, b, c, d), y: at(u, e, f, g, h), t: i * 8 }
  })
}
