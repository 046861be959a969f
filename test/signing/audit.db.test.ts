import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDocument } from '../../apps/server/src/signing/create-document.ts'
import { createSigningTask } from '../../apps/server/src/signing/create-signing-task.ts'
import { openBlobFolder } from '../../apps/server/src/platform/blobs.ts'
import { signingAudit, type SigningDeps } from '../../apps/server/src/signing/index.ts'
import { enrol, sign } from './phone.ts'
import { createWorld, type World } from './world.ts'

let world: World
let deps: SigningDeps

const codes = async (): Promise<string[]> => {
  const findings = await signingAudit(deps).audit(world.tenantId)
  return [...new Set(findings.map((finding) => finding.code))].sort()
}
const asOwner = (...statements: string[]): Promise<void> =>
  world.database.owner.tx('no-tenant', async (tx) => {
    for (const sql of statements) await tx.execute(sql)
  })

beforeAll(async () => {
  world = await createWorld()
  deps = await world.startProcess()
  const phone = await enrol(deps, await world.addDoctor('陈静怡'))
  for (const word of ['one', 'two']) {
    const document = await createDocument(deps, world.application, {
      documentId: randomUUID(),
      title: '门诊病历',
      documentType: 'outpatient-record',
      mediaType: 'application/octet-stream',
      content: new TextEncoder().encode(word),
    })
    const task = await createSigningTask(deps, world.application, {
      taskId: randomUUID(),
      documentId: document.documentId,
      form: 'cms',
      signer: { personId: phone.doctor.personId },
    })
    await sign(deps, phone, task.signingTaskId)
  }
})
afterAll(() => world.end())

describe('the audit of signing', () => {
  it('finds nothing in what was really signed', async () => {
    expect(await codes()).toEqual([])
  })

  it('finds a signature whose bytes changed, and gives it up again when they are back', async () => {
    const flip = `update signature set s = set_byte(s, 5, get_byte(s, 5) # 1)`
    await asOwner(flip)
    expect(await codes()).toEqual(['audit.signature-wrong'])
    await asOwner(flip)
    expect(await codes()).toEqual([])
  })

  it('tells a document that was altered from one that is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yunqian-audit-'))
    const blobs = openBlobFolder(folder)
    const found = async () =>
      (await signingAudit({ db: deps.db, blobs }).audit(world.tenantId)).map(({ code }) => code)
    expect(await found()).toEqual(['audit.document-missing', 'audit.document-missing'])
    const { sm3Hex } = await blobs.put(new TextEncoder().encode('one'))
    expect(await found()).toEqual(['audit.document-missing'])
    writeFileSync(join(folder, sm3Hex.slice(0, 2), sm3Hex.slice(2, 4), sm3Hex), 'another')
    expect((await found()).sort()).toEqual(['audit.document-altered', 'audit.document-missing'])
    rmSync(folder, { recursive: true })
  })

  it('finds a signature without its completion', async () => {
    await asOwner(`delete from signature_completion`)
    expect(await codes()).toEqual(['audit.unfinished'])
  })

  it('finds a nonce that served twice, even where the key that forbids it is gone', async () => {
    await asOwner(
      `alter table signing_session drop constraint signing_session_tenant_id_commitment_key`,
      `update signing_session set commitment = (select commitment from signing_session order by commitment limit 1)`,
    )
    expect(await codes()).toContain('audit.nonce-reused')
  })
})
