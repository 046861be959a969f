const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const checkCharacters = '10X98765432'

/**
 * A resident-ID number in its one form (upper-case X), or undefined when length, date of birth or check character
 * (GB 11643-1999 §4, ISO 7064 MOD 11-2) are wrong.
 */
export function parseIdNumber(text: string): string | undefined {
  const idNumber = text.trim().toUpperCase()
  if (!/^[1-9]\d{16}[\dX]$/.test(idNumber)) return undefined
  const sum = weights.reduce((total, weight, i) => total + weight * Number(idNumber[i]), 0)
  if (checkCharacters[sum % 11] !== idNumber[17]) return undefined
  const [year, month, day] = [
    Number(idNumber.slice(6, 10)),
    Number(idNumber.slice(10, 12)),
    Number(idNumber.slice(12, 14)),
  ]
  const born = new Date(Date.UTC(year, month - 1, day))
  const real = born.getUTCMonth() === month - 1 && born.getUTCDate() === day && year >= 1850
  return real ? idNumber : undefined
}

/** First four and last two characters: 4403************34. */
export function maskIdNumber(idNumber: string): string {
  return `${idNumber.slice(0, 4)}${'*'.repeat(12)}${idNumber.slice(-2)}`
}

/** 138****5678. */
export function maskMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`
}
