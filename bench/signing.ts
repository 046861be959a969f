// Cooperative signatures through everything: the phone's own package, HTTP, PostgreSQL with fsync, evidence events,
// timestamp, OCSP, CMS. Start-up time and memory of the whole platform are printed beside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asAdministrator, callerWith, enrol, pin, startPlatform } from '../test/flows/platform.ts'
import type { Suite } from './rounds.ts'

let folder: string | undefined
let stop: (() => Promise<void>) | undefined

export const suite: Suite = {
  name: 'signing',
  open: async () => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-bench-'))
    const unlimited = {
      publicPerMinute: 1_000_000,
      personPerMinute: 1_000_000,
      applicationPerMinute: 1_000_000,
    }
    await (await startPlatform(folder)).server.stop()
    const begun = performance.now()
    const platform = await startPlatform(folder, undefined, unlimited)
    const readyMs = Math.round(performance.now() - begun)
    stop = () => platform.stop()
    const clinic = callerWith(platform.url, {
      authorization: `Bearer ${platform.server.clinicKey}`,
    })
    const { phone, personId } = await enrol(platform, await asAdministrator(platform))
    const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
      title: '处方',
      documentType: 'prescription',
      mediaType: 'application/octet-stream',
      content: Buffer.from('阿莫西林 0.5 g').toString('base64'),
    })
    const signOnce = async (): Promise<void> => {
      const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', {
        documentId,
        form: 'cms',
        signer: { personId },
      })
      const opened = await phone.openTask(task.signingTaskId)
      const { task: done } = await phone.sign(opened, pin)
      if (done.state !== 'completed') throw new Error(`a signature ended ${done.state}`)
    }
    return [
      {
        title: 'Cooperative signature, whole way',
        partsOnly: true,
        note:
          `one phone and one clinic, in the server's own process, over HTTP and PostgreSQL with fsync; ` +
          `ready ${readyMs} ms after start on an established data directory; ` +
          `Node ${megabytes(process.memoryUsage.rss())} with phone and clinic in it, ` +
          `PostgreSQL ${megabytes(postgresBytes())}`,
        contenders: [
          { name: 'request, open, PIN, join, finish, CMS with timestamp', run: signOnce },
          {
            name: 'four of them at once (a run is all four)',
            run: async () => void (await Promise.all([1, 2, 3, 4].map(signOnce))),
          },
        ],
      },
    ]
  },
  close: async () => {
    await stop?.()
    if (folder) rmSync(folder, { recursive: true, force: true })
  },
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`

/** Proportional memory of the database's processes, where the system tells: shared pages are counted once. */
function postgresBytes(): number {
  try {
    const pid = readFileSync(join(folder!, 'postgres', 'cluster', 'data', 'postmaster.pid'), 'utf8')
    return processTree(Number(pid.split('\n')[0])).reduce((sum, one) => sum + pssOf(one), 0)
  } catch {
    return 0
  }
}

function processTree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))]
}

function pssOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024
}
