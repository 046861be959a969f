const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Whether a resident ID number's check character fits, GB 11643-1999 §4.4; the platform checks again. */
export function residentIdFits(text: string): boolean {
  if (!/^[0-9]{17}[0-9Xx]$/.test(text)) return false
  const sum = weights.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase()
}
