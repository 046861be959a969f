// Strikes a journey at one position after the other. After each: the platform is up again, the journey has come to its
// end, `yunqian audit` finds nothing, and no nonce served twice.
import { expect } from 'vitest'
import type { CrashWorld, Moment } from './crash-world.ts'

export interface Journey {
  readonly name: string
  readonly run: () => Promise<void>
}

/** What was struck; undefined when the journey had ended before that position. */
export async function strikeAt(
  world: CrashWorld,
  journey: Journey,
  n: number,
  moment: Moment,
): Promise<string | undefined> {
  const what = await world.strikeDuring(n, moment, journey.run)
  expect(await world.findings()).toEqual([])
  world.nonces.check()
  return what
}

/**
 * Every n of a journey at both moments, until nothing is left to strike. Work by the clock commits now and then in
 * between and shifts positions, so that only two untouched journeys in a row are its end.
 */
export async function sweep(
  world: CrashWorld,
  journey: Journey,
  moments: readonly [Moment, Moment],
): Promise<void> {
  const began = performance.now()
  const struck = new Map<string, number>()
  const failures: string[] = []
  let strikes = 0
  for (let n = 1, untouched = 0; untouched < 2; n++) {
    if (failures.length > 40) break
    let hit = false
    for (const moment of moments) {
      const what = await strikeAt(world, journey, n, moment).catch((error: Error) => {
        failures.push(`${n}, ${moment}: ${error.message}`)
        say(`${journey.name} ${failures.at(-1)}`)
        return 'FAILED'
      })
      if (what === undefined) continue
      hit = true
      strikes++
      struck.set(what, (struck.get(what) ?? 0) + 1)
      say(`${journey.name} ${n}, ${moment}: ${what} (${seconds(began)} s)`)
    }
    untouched = hit ? 0 : untouched + 1
  }
  const outcome = failures.length === 0 ? 'all clean' : `${failures.length} FAILED`
  say(`${journey.name}: ${strikes} strikes, ${struck.size} kinds, ${seconds(began)} s, ${outcome}`)
  say(`  ${world.nonces.answered()} sessions answered, no nonce of either side in two of them`)
  for (const [what, times] of [...struck].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    say(`  ${String(times).padStart(4)} × ${what}`)
  expect(failures).toEqual([])
  expect(strikes).toBeGreaterThan(0)
}

// Not through the console, which vitest holds back until a test has ended.
function say(text: string): void {
  process.stdout.write(`crash: ${text}\n`)
}

const seconds = (began: number): number => Math.round((performance.now() - began) / 1000)
