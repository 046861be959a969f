import { PhoneError } from './errors.ts'

/**
 * Refuses a PIN that anyone would try first: five tries are few only for digits that cannot be guessed. The server
 * never learns the PIN, so only the phone can say this. Throws `phone.pin-format`, `phone.pin-weak`.
 */
export function requireUsablePin(pin: string): void {
  if (!/^[0-9]{6,12}$/.test(pin)) throw new PhoneError('phone.pin-format')
  if (weaknesses.some((weak) => weak(pin))) throw new PhoneError('phone.pin-weak')
}

const weaknesses: readonly ((pin: string) => boolean)[] = [
  // 000000, 121212, 112211
  (pin) => new Set(pin).size < 3,
  // 123456, 987654, 890123
  (pin) => '01234567890123456789'.includes(pin) || '98765432109876543210'.includes(pin),
  // 123123, 520520
  (pin) => /^(.+)\1+$/.test(pin),
  // 123321
  (pin) => pin === [...pin].toReversed().join(''),
  // 112233
  (pin) => /^(?:(.)\1)+$/.test(pin),
  isDate,
  // Rows and columns of the keypad, forwards or back.
  (pin) => keypadPaths.includes(pin),
]

const keypadPaths = ['147258', '258369', '147369', '852741', '789456', '456123', '159357', '357159']

/** Birthdays and other days: YYMMDD of any year, YYYYMMDD of the last hundred and the next few. */
function isDate(pin: string): boolean {
  const [, month, day] =
    /^(?:[0-9]{2}|19[0-9]{2}|20[0-9]{2})([0-9]{2})([0-9]{2})$/.exec(pin)?.map(Number) ?? []
  if (month === undefined || day === undefined || month < 1 || month > 12) return false
  return day >= 1 && day <= [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
}
