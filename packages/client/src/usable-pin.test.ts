import { describe, expect, it } from 'vitest'
import { requireUsablePin } from './usable-pin.ts'

const refusal = (pin: string) => {
  try {
    requireUsablePin(pin)
    return undefined
  } catch (refused) {
    return (refused as { code: string }).code
  }
}

describe('a PIN', () => {
  it.each(['', '12345', 'abcdef', '１２３４５６', '1234567890123', '12345 '])(
    'of another form is told the form: %j',
    (pin) => expect(refusal(pin)).toBe('phone.pin-format'),
  )

  it.each(
    [
      ['123456', '987654', '890123', '12345678'],
      ['000000', '111111', '121212', '112211'],
      ['123123', '520520', '123321', '112233', '123412341234'],
      ['880101', '491231', '19881231', '20260229', '250718'],
      ['147258', '159357', '789456'],
    ].flat(),
  )('anyone would try first is refused: %s', (pin) => expect(refusal(pin)).toBe('phone.pin-weak'))

  it.each(['493817', '135790', '902113', '13572468', '493027518642', '881399', '300231'])(
    'that takes guessing is taken: %s',
    (pin) => expect(refusal(pin)).toBeUndefined(),
  )
})
