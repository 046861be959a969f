import { describe, expect, it } from 'vitest'
import { changedRegions, type Picture } from './changed-regions.ts'

function white(width = 400, height = 560): Picture {
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) }
}

function inked(picture: Picture, [x, y, width, height]: readonly number[], shade = 0): Picture {
  const data = picture.data.slice()
  for (let row = y!; row < y! + height!; row++)
    data.fill(shade, (row * picture.width + x!) * 4, (row * picture.width + x! + width!) * 4)
  return { ...picture, data }
}

describe('where two pictures differ', () => {
  it('finds nothing in equal pages, nor in the noise of smoothing', () => {
    expect(changedRegions(white(), white())).toEqual({ changes: [], places: [] })
    expect(changedRegions(white(), inked(white(), [10, 10, 200, 200], 240)).changes).toEqual([])
  })

  it('draws one frame round the letters of a line and another round what is far from it', () => {
    let now = white()
    for (let letter = 0; letter < 10; letter++) now = inked(now, [40 + letter * 20, 100, 9, 12])
    now = inked(now, [300, 500, 30, 30])
    const { changes } = changedRegions(white(), now)
    expect(changes).toHaveLength(2)
    const [line, block] = changes
    expect(line!.x * 400).toBeLessThanOrEqual(40)
    expect((line!.x + line!.width) * 400).toBeGreaterThanOrEqual(229)
    expect(block!.y * 560).toBeLessThanOrEqual(500)
  })

  it('tells an expected signature from a change beside it', () => {
    const place = { x: 0.1, y: 0.8, width: 0.3, height: 0.1 }
    const signed = inked(white(), [45, 450, 100, 40])
    expect(changedRegions(white(), signed, [place])).toEqual({ changes: [], places: [0] })
    const altered = inked(signed, [45, 100, 100, 20])
    const found = changedRegions(white(), altered, [place])
    expect(found.places).toEqual([0])
    expect(found.changes).toHaveLength(1)
    expect(found.changes[0]!.y).toBeLessThan(0.2)
  })

  it('does not take a signature for an excuse for what reaches beyond its place', () => {
    const place = { x: 0.1, y: 0.8, width: 0.3, height: 0.1 }
    const wide = inked(white(), [45, 450, 340, 40])
    expect(changedRegions(white(), wide, [place]).changes).toHaveLength(1)
  })

  it('frames the whole page when its size changed, and one frame when everything changed', () => {
    const whole = { x: 0, y: 0, width: 1, height: 1 }
    expect(changedRegions(white(), white(400, 600)).changes).toEqual([whole])
    expect(changedRegions(white(), inked(white(), [0, 0, 400, 560])).changes).toEqual([whole])
  })
})
