import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fontkit from 'fontkit'
import { describe, expect, it } from 'vitest'
import { boundsOf, fillPath, fontOutliner, outlineText, type PathCommand } from './outline.ts'

const folder = '../../../../node_modules/@expo-google-fonts/noto-sans-sc/400Regular'
const file = join(import.meta.dirname, folder, 'NotoSansSC_400Regular.ttf')
const outliner = fontOutliner(fontkit.create(readFileSync(file)))

const ends = (path: readonly PathCommand[]): { x: number; y: number }[] =>
  path.flatMap((step) => (step.op === 'Z' ? [] : [{ x: step.x, y: step.y }]))

describe('outlineText', () => {
  it('outlines Chinese and Latin at the size asked', () => {
    const { path } = outlineText(outliner, '陈静怡 Dr.', 10)
    const bounds = boundsOf(ends(path))
    expect(bounds.right).toBeGreaterThan(40)
    expect(bounds.right).toBeLessThan(60)
    expect(bounds.top - bounds.bottom).toBeLessThan(12)
  })

  it('refuses a character the font has not, and names it', () => {
    // U+2A6A5 is a Han character of Extension B, four dragons, that the font does not draw.
    expect(outliner.covers('\u{2a6a5}')).toBe(false)
    expect(() => outlineText(outliner, '张\u{2a6a5}', 9)).toThrow(
      'documents.glyph-missing: U+2A6A5',
    )
  })
})

describe('fillPath', () => {
  it('writes moved and scaled operators, quadratic curves as cubic ones', () => {
    const path: PathCommand[] = [
      { op: 'M', x: 0, y: 0 },
      { op: 'L', x: 3, y: 0 },
      { op: 'Q', x1: 3, y1: 3, x: 0, y: 3 },
      { op: 'Z' },
    ]
    expect(fillPath(path, 2, 1, 1)).toBe('1 1 m\n7 1 l\n7 5 5 7 1 7 c\nh\nf\n')
  })
})
