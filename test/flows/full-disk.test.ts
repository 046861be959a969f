// The disk under the objects is full while a signature is completed: the signature is kept and acknowledged, everything
// that needs room is refused by code, and once there is room it all goes on by itself. A small file system of its own is
// mounted for the platform's process alone.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCertificate, parsePem } from '@yunqian/pki'
import { auditPlatform, readConfig, silentLog } from '@yunqian/server'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { platformProcess, type PlatformProcess } from '../crash/platform-process.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { asAdministrator, callerWith, enrol, pin } from './platform.ts'

const record = readFileSync(
  fileURLToPath(new URL('../../apps/cli/assets/outpatient-record.pdf', import.meta.url)),
)
// Namespaces of the kernel: a root does without a user namespace, everybody else needs one.
const unshare = ['unshare', process.getuid?.() === 0 ? '-m' : '-rm']
const mounts =
  process.platform === 'linux' &&
  spawnSync(unshare[0]!, [unshare[1]!, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

describe.skipIf(!mounts)(
  'a full disk (needs Linux namespaces, to mount one of two megabytes)',
  () => {
    let database: TestDatabase
    let folder: string
    let platform: PlatformProcess
    let objects: string

    beforeAll(async () => {
      database = await createTestDatabase()
      folder = mkdtempSync(join(tmpdir(), 'yunqian-full-'))
      mkdirSync(join(folder, 'objects'))
      const mount = `mount -t tmpfs -o size=2m tmpfs '${join(folder, 'objects')}' && exec "$0" "$@"`
      platform = platformProcess({
        folder,
        port: await freePort(),
        appUrl: database.appUrl,
        ownerUrl: database.ownerUrl,
        through: [...unshare, 'sh', '-c', mount],
      })
      await platform.start()
      // Its own view of the files, seen from here.
      objects = `/proc/${platform.pid()}/root${join(folder, 'objects')}`
    })
    afterAll(async () => {
      await platform.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    })

    it('loses no signature, says so by code, and lets everything go on once there is room', async () => {
      const administrator = await asAdministrator({
        url: platform.url,
        server: { invitation: { link: `/${platform.invitation()}` } },
      } as never)
      const { phone, personId } = await enrol(platform as never, administrator)
      const authorization = `Bearer ${platform.clinicKey()}`
      const clinic = callerWith(platform.url, { authorization })
      const handIn = callerWith(platform.url, { authorization, 'idempotency-key': randomUUID() })
      const document = {
        title: '门诊病历',
        documentType: 'outpatient-record',
        mediaType: 'application/pdf',
        content: record.toString('base64'),
      }
      const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', document)
      const newTask = () =>
        clinic<{ signingTaskId: string; qr: string }>('POST', '/v1/signing-tasks', {
          documentId,
          form: 'pdf',
          signer: { personId },
        })
      const task = await newTask()
      const opened = await phone.openTask((await phone.scan(task.qr)).taskId)

      fill(objects)
      const before = files(objects)
      // Signed is what the phone is told, and it is true: the signature is a row.
      expect((await phone.sign(opened, pin)).task.state).toBe('signed')
      const full = { code: 'platform.storage-unavailable', status: 503, retryable: true }
      const other = {
        ...document,
        content: `${Buffer.from(`${record.toString('latin1')}\n`, 'latin1').toString('base64')}`,
      }
      await expect(handIn('POST', '/v1/documents', other)).rejects.toMatchObject(full)
      const path = `/v1/signing-tasks/${task.signingTaskId}`
      expect(await clinic('GET', path)).toMatchObject({ state: 'signed' })
      // Nothing half-written holds the room that is needed.
      expect(files(objects)).toEqual(before)

      rmSync(join(objects, 'filler'))
      const done = await clinic<{ state: string }>('GET', `${path}?wait=25&state=signed`)
      expect(done.state).toBe('completed')
      const signed = await clinic<Uint8Array>('GET', `/v1/documents/${documentId}/content`)
      const { root } = await clinic<{ root: string }>('GET', '/v1/trust')
      const trustAnchors = parsePem(root).map(({ der }) => parseCertificate(der))
      expect(verifyAny(signed, { trustAnchors, now: new Date() }).verdict).toBe('valid')
      await handIn('POST', '/v1/documents', other)
      const settings = { DATABASE_URL: database.appUrl, OWNER_DATABASE_URL: database.ownerUrl }
      const config = readConfig(settings, { dataFolder: join(objects, '..') })
      expect((await auditPlatform(config, silentLog, trustAnchors)).findings).toEqual([])
    })
  },
)

/** Takes all the room there is. */
function fill(folder: string): void {
  for (let size = 1 << 20; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(join(folder, 'filler'), new Uint8Array(size), { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
