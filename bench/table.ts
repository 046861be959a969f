import type { Comparison, Measured } from './rounds.ts'

/** A comparison as text: rate, spread over the rounds, and ours as a multiple of each other. */
export function renderComparison(comparison: Comparison, results: readonly Measured[]): string {
  const ours = results[0]!.perSecond
  const rows = results.map(({ name, perSecond, lowest, highest }) => [
    name,
    rate(perSecond),
    `${rate(lowest)} – ${rate(highest)}`,
    comparison.partsOnly ? '' : (ours / perSecond).toPrecision(3),
  ])
  const head = ['', '/s (median)', 'slowest – fastest', comparison.partsOnly ? '' : 'ours ÷ this']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
  return [`${comparison.title}  (${comparison.note})`, ...[head, ...rows].map(line), ''].join('\n')
}

const rate = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
