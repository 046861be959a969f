import { mayPass } from './errors.ts'
import { type Deps, deliverSigning, refreshSigning } from './sign-record.ts'
import { openSignings } from './visits.ts'

const roundMs = { usual: 15_000, afterFailure: 30_000 }

/**
 * Collects later what could not be done at once: hands in what waits to be signed and learns what became of the rest,
 * also after a restart of either side. Stops at the first sign that the platform is away, and tries again after a while.
 */
async function collectSignings(deps: Deps): Promise<'done' | 'platform-away'> {
  for (const signing of openSignings(deps.store)) {
    if (signing.state === 'asking') {
      await deliverSigning(deps, signing)
      const after = openSignings(deps.store).find((each) => each.signingId === signing.signingId)
      if (after?.state === 'asking') return 'platform-away'
      continue
    }
    try {
      await refreshSigning(deps, signing, false)
    } catch (error) {
      if (mayPass(error)) return 'platform-away'
      console.error(`clinic: signing ${signing.signingId} cannot be followed`, error)
    }
  }
  return 'done'
}

/** Collects in rounds until stopped. */
export function keepCollecting(deps: Deps): { stop(): Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const round = async (): Promise<void> => {
    const outcome = await collectSignings(deps).catch((error: unknown) => {
      console.error('clinic: collecting signatures', error)
      return 'platform-away' as const
    })
    if (stopped) return
    timer = setTimeout(begin, outcome === 'done' ? roundMs.usual : roundMs.afterFailure)
  }
  const begin = (): void => void (running = round())
  begin()
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
      return running
    },
  }
}
