import { describe, expect, it } from 'vitest'
import { residentIdFits } from './resident-id.ts'

describe('resident ID number', () => {
  it('fits with the check character of the standard, in either case', () => {
    expect(residentIdFits('11010519491231002X')).toBe(true)
    expect(residentIdFits('11010519491231002x')).toBe(true)
    expect(residentIdFits('440524188001010014')).toBe(true)
  })

  it('does not fit with one digit changed or one missing', () => {
    expect(residentIdFits('11010519491231003X')).toBe(false)
    expect(residentIdFits('440524188001010015')).toBe(false)
    expect(residentIdFits('44052418800101001')).toBe(false)
  })
})
