import { describe, expect, it } from 'vitest'
import { en, parts, zh } from './index.ts'

const places = (text: string) =>
  [...new Set([...text.matchAll(/\{\w+\}/g)].map(([place]) => place))].sort()

describe('messages of the console', () => {
  it('are complete in both languages, with the same places to fill', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect(en[key], key).not.toBe('')
      expect(places(en[key]), key).toEqual(places(zh[key]))
    }
  })

  it('are each said in one part alone', () => {
    const all = parts.flatMap((part) => Object.keys(part.zh))
    expect(all.length).toBe(new Set(all).size)
  })
})
