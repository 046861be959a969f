import { afterEach, describe, expect, it } from 'vitest'
import { openThreads, type ThreadLimits, type Threads } from './index.ts'
import type { works } from './works.fixture.ts'

const limits: ThreadLimits = {
  threads: 1,
  waiting: 1,
  waitingBytes: 1_000_000,
  timeoutMs: 20_000,
  heapMegabytes: 64,
  idleMs: 20_000,
}
const overloaded = { code: 'platform.overloaded' }
const ours = { lane: 'ours' } as const
const opened: Threads<typeof works>[] = []
const open = (changed: Partial<ThreadLimits> = {}): Threads<typeof works> => {
  const threads = openThreads<typeof works>(new URL('./works.fixture.ts', import.meta.url), {
    ...limits,
    ...changed,
  })
  opened.push(threads)
  return threads
}
afterEach(async () => {
  for (const threads of opened.splice(0)) await threads.close()
})

describe('threads', () => {
  it('bring results and refusals over, and errors without what they quote', async () => {
    const threads = open()
    expect(await threads.run('double', { bytes: Uint8Array.of(1, 2) }, ours)).toEqual({
      bytes: Uint8Array.of(2, 4),
    })
    await expect(threads.run('refuse', undefined, ours)).rejects.toMatchObject({
      code: 'documents.pdf-encrypted',
      details: { reason: 'test' },
    })
    const failed = await threads.run('fail', undefined, ours).catch((error: Error) => error)
    expect(failed).toMatchObject({ name: 'TypeError' })
    expect(JSON.stringify([(failed as Error).message, (failed as Error).stack])).not.toContain(
      'secret',
    )
  })

  it('take handed-over bytes away and give large results without a copy', async () => {
    const bytes = new Uint8Array(200_000).fill(3)
    const given = { ...ours, transfer: [bytes.buffer] }
    const doubled = await open().run('double', { bytes }, given)
    expect(bytes.length).toBe(0)
    expect(doubled.bytes[199_999]).toBe(6)
  })

  it('refuse what was handed over before, also when its turn comes later, and go on', async () => {
    const threads = open()
    const bytes = new Uint8Array(100_000)
    const given = { ...ours, transfer: [bytes.buffer] }
    const asked = [threads.run('double', { bytes }, given), threads.run('double', { bytes }, given)]
    const states = (await Promise.allSettled(asked)).map(({ status }) => status)
    expect(states).toEqual(['fulfilled', 'rejected'])
    expect(await threads.run('turn', { turns: 1 }, ours)).toBe(1)
  })

  it('refuse more than may wait, by number and by bytes, and go on', async () => {
    const threads = open()
    const asked = [1, 2, 3].map(() => threads.run('turn', { turns: 1000 }, ours))
    const states = (await Promise.allSettled(asked)).map(({ status }) => status)
    expect(states).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    await expect(asked[2]).rejects.toMatchObject(overloaded)
    const running = threads.run('turn', { turns: 1000 }, ours)
    const large = new Uint8Array(2_000_000)
    const given = { ...ours, transfer: [large.buffer] }
    await expect(threads.run('double', { bytes: large }, given)).rejects.toMatchObject(overloaded)
    await running
  })

  it('survive a work that dies, or takes all memory, or never ends', async () => {
    const threads = open({ timeoutMs: 3000 })
    await expect(threads.run('die', undefined, ours)).rejects.toMatchObject(overloaded)
    await expect(threads.run('hoard', undefined, ours)).rejects.toMatchObject(overloaded)
    await expect(threads.run('spin', undefined, ours)).rejects.toMatchObject(overloaded)
    expect(await threads.run('turn', { turns: 1 }, ours)).toBe(1)
  })

  it('drop what nobody waits for any more, waiting or running', async () => {
    const threads = open()
    const [first, second] = [new AbortController(), new AbortController()]
    const running = threads.run('spin', undefined, { ...ours, signal: first.signal })
    const waiting = threads.run('turn', { turns: 1 }, { ...ours, signal: second.signal })
    second.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    first.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    expect(await threads.run('turn', { turns: 2 }, ours)).toBe(2)
    await expect(
      threads.run('turn', { turns: 1 }, { ...ours, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('keep the last thread for ours when strangers fill the rest', async () => {
    const threads = open({ threads: 2, waiting: 4 })
    const gone = new AbortController()
    const anyone = { lane: 'anyone', signal: gone.signal } as const
    const strangers = [1, 2, 3].map(() => threads.run('spin', undefined, anyone))
    expect(await threads.run('turn', { turns: 3 }, ours)).toBe(3)
    gone.abort()
    const states = (await Promise.allSettled(strangers)).map(({ status }) => status)
    expect(states).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('end with everything that was asked refused', async () => {
    const threads = open()
    const asked = [threads.run('spin', undefined, ours), threads.run('spin', undefined, ours)]
    const states = Promise.allSettled(asked)
    await threads.close()
    expect((await states).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(threads.run('turn', { turns: 1 }, ours)).rejects.toMatchObject(overloaded)
  })
})
