import { expect, it } from 'vitest'
import { canvasScale } from './canvas-scale.ts'

it('draws as sharp as the screen, within what a canvas can hold', () => {
  const a4 = { width: 595, height: 842 }
  expect(canvasScale(a4, 1170)).toBeCloseTo(1170 / 595)
  const zoomed = canvasScale(a4, 3510)
  expect(zoomed * zoomed * a4.width * a4.height).toBeLessThanOrEqual(8_000_000.1)
  const scroll = canvasScale({ width: 600, height: 14_000 }, 1170)
  expect(scroll * scroll * 600 * 14_000).toBeLessThanOrEqual(8_000_000.1)
})
