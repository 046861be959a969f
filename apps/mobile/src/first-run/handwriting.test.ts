import { describe, expect, it } from 'vitest'
import { handwritingOf, isMoreThanADot, scaled, strokePath } from './handwriting.ts'

describe('handwriting from the pad', () => {
  it('counts time from the first point and stays inside the pad', () => {
    const point = (x: number, y: number, time: number) => ({ x, y, time, pressure: 0.5 })
    const kept = handwritingOf(
      [
        { points: [] },
        { points: [point(-3, 10.04, 1000), point(20.26, 500, 1012)] },
        { points: [point(5, 5, 1500)] },
      ],
      300.4,
      120,
    )
    expect(kept).toEqual({
      width: 300,
      height: 120,
      strokes: [
        [
          { x: 0, y: 10, t: 0, p: 0.5 },
          { x: 20.3, y: 120, t: 12, p: 0.5 },
        ],
        [{ x: 5, y: 5, t: 500, p: 0.5 }],
      ],
    })
    expect(strokePath(kept!)).toBe('M0 10L20.3 120M5 5h.1')
  })

  it('is nothing when nothing was written', () => {
    expect(handwritingOf([{ points: [] }], 300, 120)).toBeUndefined()
  })

  it('is kept in a pad of another size, and told from a touch by mistake', () => {
    const point = (x: number, y: number) => ({ x, y, time: 0, pressure: 0.5 })
    const [turned] = scaled([{ penColor: 'x', points: [point(30, 60)] }], 2, 0.5)
    expect(turned).toEqual({ penColor: 'x', points: [point(60, 30)] })
    const written = (...points: ReturnType<typeof point>[]) =>
      isMoreThanADot(handwritingOf([{ points }], 300, 120)!)
    expect(written(point(9, 9))).toBe(false)
    expect(written(point(9, 9), point(20, 9))).toBe(false)
    expect(written(point(9, 9), point(100, 90))).toBe(true)
  })
})
