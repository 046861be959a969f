// The platform dies at the n-th moment of a journey, as it would of a power cut or an impatient operator, and nothing
// that was acknowledged may be missing. A sample of n by default; YUNQIAN_CRASH_SWEEP=1 (npm run test:crash) strikes at
// every n of every journey.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crashWorld, type CrashWorld, type Moment } from './crash-world.ts'
import { contentOf, enrol, logIn, signCms, signPdf, type Doctor } from './journeys.ts'
import { strikeAt, sweep, type Journey } from './strikes.ts'

const sweeping = process.env['YUNQIAN_CRASH_SWEEP'] === '1'
const names = ['enrolment', 'signing a PDF', 'login', 'signing beside a document'] as const
type Name = (typeof names)[number]

export function crashSuite(options: {
  readonly moments: readonly [Moment, Moment]
  readonly sample: readonly (readonly [Name, number, Moment])[]
}): void {
  let world: CrashWorld
  let doctor: Doctor
  let doctors = 0
  /** What the clinic was given, byte for byte. */
  const acknowledged: { readonly documentId: string; readonly signed: Buffer }[] = []
  const journeys: Record<Name, () => Promise<unknown>> = {
    enrolment: () => enrol(world, ++doctors),
    'signing a PDF': async () => void acknowledged.push(await signPdf(world, doctor)),
    login: () => logIn(world, doctor),
    'signing beside a document': () => signCms(world, doctor),
  }
  const journey = (name: Name): Journey => ({
    name,
    run: async () => void (await journeys[name]()),
  })

  const open = async (): Promise<void> => {
    world = await crashWorld()
    doctor = await enrol(world, ++doctors)
    acknowledged.length = 0
  }
  const nothingIsMissing = async (): Promise<void> => {
    for (const { documentId, signed } of acknowledged)
      expect(signed.equals(await contentOf(world, documentId))).toBe(true)
    await world.platform.stop()
    const { findings, events } = await world.platform.audit()
    expect(findings).toEqual([])
    expect(events).toBeGreaterThan(acknowledged.length * 5)
  }
  beforeAll(open)
  afterAll(() => world.end())

  it.skipIf(sweeping).each(options.sample)(
    '%s, killed at %i, %s, goes on and nothing is missing',
    async (name, n, moment) => {
      expect(await strikeAt(world, journey(name), n, moment)).toBeDefined()
    },
  )

  it.runIf(sweeping).each(names)(
    '%s, killed at every n',
    async (name) => {
      await sweep(world, journey(name), options.moments)
      await nothingIsMissing()
      // Each journey on a platform of its own: an audit reads everything.
      await world.end()
      await open()
    },
    3_600_000,
  )

  it.skipIf(sweeping)(
    'has every byte it ever gave out, and a log the audit finds nothing wrong with',
    nothingIsMissing,
  )
}
