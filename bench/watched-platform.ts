// The script of a process with a whole platform in it, and nothing else: phones and clinic are with its parent. It tells
// how late its event loop was since it was last asked.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startPlatform } from '../test/flows/platform.ts'

const platform = await startPlatform(process.argv[2], undefined, {
  publicPerMinute: 1_000_000,
  personPerMinute: 1_000_000,
  applicationPerMinute: 1_000_000,
})
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 5)

process.on('message', async (asked: string) => {
  if (asked === 'stop') {
    await platform.stop()
    process.disconnect?.()
    return
  }
  process.send?.({
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    max: ms(delay.max),
  })
  delay.reset()
})
process.send?.({
  url: platform.url,
  invitation: platform.server.invitation?.link,
  clinicKey: platform.server.clinicKey,
})
