import { expect, it } from 'vitest'
import { maskIdNumber, maskMobile, parseIdNumber } from './id-number.ts'

// The example of GB 11643-1999 and a computed one.
it('accepts the standard’s own example and normalises the x', () => {
  expect(parseIdNumber('11010519491231002X')).toBe('11010519491231002X')
  expect(parseIdNumber(' 11010519491231002x ')).toBe('11010519491231002X')
  expect(parseIdNumber('440524188001010014')).toBe('440524188001010014')
})

it('refuses every single wrong digit and every swap of neighbours', () => {
  const good = '11010519491231002X'
  for (let i = 0; i < 17; i++)
    for (const digit of '0123456789')
      if (digit !== good[i])
        expect(parseIdNumber(good.slice(0, i) + digit + good.slice(i + 1))).toBeUndefined()
  for (let i = 0; i < 17; i++) {
    const swapped = good.slice(0, i) + good[i + 1] + good[i] + good.slice(i + 2)
    if (swapped !== good) expect(parseIdNumber(swapped)).toBeUndefined()
  }
})

it('refuses days that do not exist and other lengths', () => {
  expect(parseIdNumber('')).toBeUndefined()
  expect(parseIdNumber('110105194912310')).toBeUndefined()
  for (let check = 0; check < 11; check++)
    expect(parseIdNumber(`11010519490230002${'0123456789X'[check]}`)).toBeUndefined()
})

it('shows little', () => {
  expect(maskIdNumber('11010519491231002X')).toBe('1101************2X')
  expect(maskMobile('13812345678')).toBe('138****5678')
})
