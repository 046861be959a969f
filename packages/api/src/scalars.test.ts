import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { Base64 } from './scalars.ts'

describe('base64', () => {
  const check = Compile(Base64(40 * 1_048_576))

  it('takes the largest file there may be, also where it looks for an error', () => {
    const text = Buffer.alloc(40 * 1_048_576, 0xfb).toString('base64')
    expect(check.Check(text)).toBe(true)
    expect(check.Check(`${text.slice(0, -4)}+++.`)).toBe(false)
    expect([...check.Errors(`${text.slice(0, -4)}+++.`)]).toHaveLength(1)
  })

  it.each(['', 'YQ==', 'YWI=', 'YWJj'])('takes %j', (text) => {
    expect(check.Check(text)).toBe(true)
  })

  it.each(['Y', 'YQ', 'YQ=', 'YWJ', 'YQ==YQ==', 'a-_b', ' YQ==', 'YQ==\n', '===='])(
    'refuses %j',
    (text) => {
      expect(check.Check(text)).toBe(false)
    },
  )
})
