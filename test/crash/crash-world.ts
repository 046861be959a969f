// A platform in a process of its own with a proxy before its database and one before its door, the people who call it,
// and what they do when it dies under them: look what became of it, repeat what did not, lose nothing.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCertificate, parsePem, type Certificate } from '@yunqian/pki'
import { auditPlatform, readConfig, silentLog, type Database } from '@yunqian/server'
import { createTestDatabase } from '../database.ts'
import { callerWith, type Caller } from '../flows/platform.ts'
import { proxyBefore, type CommitMoment } from './commit-proxy.ts'
import { nonceLedger, type NonceLedger } from './nonce-ledger.ts'
import { platformProcess, type PlatformProcess } from './platform-process.ts'
import { proxyBeforeHttp, type RequestMoment } from './request-proxy.ts'

export type Moment = CommitMoment | RequestMoment

export interface CrashWorld {
  /** Where everybody reaches the platform. */
  readonly url: string
  readonly platform: PlatformProcess
  /** The database as its owner sees it, past every proxy. */
  readonly owner: Database
  readonly nonces: NonceLedger
  readonly trustAnchors: readonly Certificate[]
  readonly centre: { readonly centreId: string; readonly code: string }
  /** The console, by hand: whoever sits there looks before doing something again. */
  readonly desk: Caller
  /** A clinic's program: repeats a call that broke under the Idempotency-Key it had. */
  readonly clinic: Caller
  /** Does a step as its caller would, until it is done. */
  persist<T>(step: () => Promise<T>): Promise<T>
  /** Runs work with one strike armed; tells what was struck, or nothing when the work had ended before. */
  strikeDuring(n: number, moment: Moment, work: () => Promise<void>): Promise<string | undefined>
  /** What `yunqian audit` finds, computed here. */
  findings(): Promise<readonly object[]>
  end(): Promise<void>
}

export async function crashWorld(): Promise<CrashWorld> {
  const database = await createTestDatabase()
  const { owner, ownerUrl } = database
  const commits = await proxyBefore(database.appUrl)
  const folder = mkdtempSync(join(tmpdir(), 'yunqian-crash-'))
  const port = await freePort()
  const platform = platformProcess({ folder, port, appUrl: commits.url, ownerUrl })
  const nonces = nonceLedger()
  const requests = await proxyBeforeHttp(port, nonces.see)
  const { url } = requests
  await platform.start()
  let up: Promise<void> = Promise.resolve()

  const persist = async <T>(step: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await step()
      } catch (error) {
        if (attempt === 8 || !mayRepeat(error)) throw error
        await up
        await pause(100)
      }
    }
  }
  const strikeDuring: CrashWorld['strikeDuring'] = async (n, moment, work) => {
    let struck: string | undefined
    const strike = (what: string): void => {
      struck = what
      platform.kill()
      // As any supervisor would, at once.
      up = platform.start()
    }
    if (moment === 'before the commit' || moment === 'after the commit')
      commits.arm(n, moment, strike)
    else requests.arm(n, moment, strike)
    try {
      await work()
    } finally {
      commits.arm(0, 'before the commit', () => undefined)
      requests.arm(0, 'the request arrived', () => undefined)
      await up
    }
    return struck
  }
  const people = await peopleAt(platform, url, persist)
  return {
    url,
    platform,
    owner,
    nonces,
    ...people,
    persist,
    strikeDuring,
    findings: async () => {
      const settings = { DATABASE_URL: database.appUrl, OWNER_DATABASE_URL: ownerUrl }
      const config = readConfig(settings, { dataFolder: folder })
      return (await auditPlatform(config, silentLog, people.trustAnchors)).findings
    },
    end: async () => {
      await platform.stop()
      await requests.close()
      await commits.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function peopleAt(
  platform: PlatformProcess,
  url: string,
  persist: CrashWorld['persist'],
): Promise<Pick<CrashWorld, 'desk' | 'clinic' | 'centre' | 'trustAnchors'>> {
  const response = await fetch(`${url}/console/api/invitations/${platform.invitation()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password: 'correct horse battery', name: '周敏' }),
  })
  const session = (await response.json()) as { csrfToken: string }
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  const desk = callerWith(url, { cookie, 'x-csrf-token': session.csrfToken })
  const authorization = `Bearer ${platform.clinicKey()}`
  const clinic: Caller = (method, path, body) => {
    const once = callerWith(url, { authorization, 'idempotency-key': randomUUID() })
    return persist(() => once(method, path, body))
  }
  type Centre = CrashWorld['centre']
  const { centres } = await desk<{ centres: Centre[] }>('GET', '/console/api/centres')
  const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
  const trustAnchors = parsePem(root).map(({ der }) => parseCertificate(der))
  return { desk, clinic, centre: centres[0]!, trustAnchors }
}

/** The connection broke, or the refusal itself says that the same may succeed later. */
function mayRepeat(error: unknown): boolean {
  return error instanceof TypeError || (error as { retryable?: boolean }).retryable === true
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** The record that the demonstration signs. */
export const sampleRecord = readFileSync(
  fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
)
