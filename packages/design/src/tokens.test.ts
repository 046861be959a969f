import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

// WCAG 2.2 §1.4.3 (text 4.5 : 1) and §1.4.11 (edges of controls and the focus 3 : 1), computed for every pair in use.
const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const [lightCss, darkCss = ''] = css.split('prefers-color-scheme: dark')
const surfaces = ['paper', 'ground', 'raised', 'sunken', 'action-soft']
const text: readonly (readonly [string, readonly string[]])[] = [
  ['ink', surfaces],
  ['ink-soft', surfaces],
  ['ink-faint', surfaces],
  ['action', ['paper', 'ground', 'raised', 'action-soft']],
  ['on-action', ['action', 'action-strong']],
  ['attention', ['attention-soft', 'raised']],
  ['stop', ['stop-soft', 'raised', 'paper']],
  ['on-stop', ['stop']],
  ['good', ['good-soft', 'raised']],
]
const edges: readonly (readonly [string, readonly string[]])[] = [
  ['line-strong', ['paper', 'raised']],
  ['focus', ['paper', 'ground', 'raised']],
]

const colours = (part: string): ReadonlyMap<string, string> =>
  new Map([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name!, hex!]))

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

describe.each([
  ['light', colours(lightCss!)],
  ['dark', colours(darkCss)],
])('%s colours', (_name, palette) => {
  const tooLow = (pairs: typeof text, least: number) =>
    pairs.flatMap(([front, backs]) =>
      backs.flatMap((back) => {
        const ratio = contrast(palette.get(front)!, palette.get(back)!)
        return ratio < least ? [`${front} on ${back}: ${ratio.toFixed(2)}`] : []
      }),
    )

  it('can be read', () => {
    expect(palette.size).toBeGreaterThan(20)
    expect(tooLow(text, 4.5)).toEqual([])
    expect(tooLow(edges, 3)).toEqual([])
  })
})
