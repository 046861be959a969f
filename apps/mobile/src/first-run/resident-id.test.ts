import { describe, expect, it } from 'vitest'
import { residentIdFits } from './resident-id.ts'

describe('check character of a resident ID number (GB 11643-1999)', () => {
  it('takes the example of the standard, in either case', () => {
    expect(residentIdFits('11010519491231002X')).toBe(true)
    expect(residentIdFits('11010519491231002x')).toBe(true)
    expect(residentIdFits('440524188001010014')).toBe(true)
  })

  it('refuses another check character, letters and other lengths', () => {
    for (const wrong of ['110105194912310021', '11010519491231O02X', '1101051949123100', ''])
      expect(residentIdFits(wrong)).toBe(false)
  })
})
