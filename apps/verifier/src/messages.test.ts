import { describe, expect, it } from 'vitest'
import { en, zh } from './messages.ts'

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()

describe('messages of the verifier', () => {
  it('are complete in both languages, with the same places to fill', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect(en[key], key).not.toBe('')
      expect(places(en[key]), key).toEqual(places(zh[key]))
    }
  })
})
