import { readBundle } from '@yunqian/evidence'
import { verifyAny } from '@yunqian/verify'
import { digestPair } from '@yunqian/evidence'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  after,
  makeAuthority,
  makeTimestamp,
  timestampResponse,
  type Authority,
} from '../../../../test/authority/authority.ts'
import { signContent, signPdf, signedAt } from '../../../../test/authority/signing.ts'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { samplePdf } from '../../../../test/documents/samples.ts'
import { appendEvent } from './append-event.ts'
import { buildDocumentBundle, type BundleDeps } from './build-document-bundle.ts'
import type { SignedDocument } from './ports.ts'
import { sequenceEvents } from './sequence-events.ts'

const tenantId = '01900000-0000-7000-8000-000000000021'
const documentId = '01900000-0000-7000-8000-000000000022'
let test: TestDatabase
let authority: Authority
let deps: BundleDeps
let document: SignedDocument
let bundle: Uint8Array

const append = (type: 'signing.opened' | 'document.completed', about: string): Promise<unknown> =>
  test.db.tx({ tenantId }, (tx) =>
    appendEvent(tx, {
      type,
      at: signedAt,
      subject: type === 'signing.opened' ? { document: about, task: about } : { document: about },
      ...(type === 'document.completed'
        ? {
            document: digestPair(document.signedPdf as Uint8Array),
            signature: { sm3: digestPair(document.detachedSignatures[0] as Uint8Array).sm3 },
          }
        : {}),
    }),
  )

beforeAll(async () => {
  test = await createTestDatabase()
  authority = await makeAuthority('sm2-with-sm3')
  await test.db.tx({ tenantId }, (tx) =>
    tx.execute(`insert into district values ($1, 'one', now())`, [tenantId]),
  )
  const original = await samplePdf()
  const signature = await signContent(authority, original)
  const stamp = await makeTimestamp(authority.tsa, signature, signedAt)
  document = {
    revision: 1,
    original,
    signedPdf: await signPdf(authority, original),
    detachedSignatures: [signature],
    loginRecords: [
      await signContent(authority, new TextEncoder().encode('{}'), { detached: false }),
    ],
    timestamps: [timestampResponse(stamp)],
    certificates: [],
    ocsps: [],
    crls: [],
  }
  deps = {
    db: test.db,
    clock: { now: () => after(11) },
    logKey: authority.log,
    sealKey: authority.seal,
    trustAnchors: [authority.root.certificate],
    documents: { read: async (_, id) => (id === documentId ? document : undefined) },
  }
})
afterAll(() => test.drop())

const everywhere = { centreIds: null }

describe('the log', () => {
  it('gives places, signs, and does nothing when there is nothing new', async () => {
    expect(await sequenceEvents(deps, tenantId)).toBeUndefined()
    await append('signing.opened', documentId)
    const first = await sequenceEvents(deps, tenantId)
    expect(first?.checkpoint.size).toBe(1)
    expect(await sequenceEvents(deps, tenantId)).toEqual(first)
  })

  it('grows by whatever number, many sequencers at once', async () => {
    for (let i = 0; i < 6; i++) await append('signing.opened', tenantId)
    await Promise.all([1, 2, 3].map(() => sequenceEvents(deps, tenantId)))
    await append('document.completed', documentId)
    expect((await sequenceEvents(deps, tenantId))?.checkpoint.size).toBe(8)
  })
})

describe('the bundle', () => {
  const judge = (bytes: Uint8Array, at?: Date) =>
    verifyAny(bytes, {
      trustAnchors: [authority.root.certificate],
      now: after(12),
      ...(at ? { at } : {}),
    })

  it('is valid for someone who has only the root, now and in years', async () => {
    bundle = await buildDocumentBundle(deps, { tenantId, documentId, reader: everywhere })
    const report = judge(bundle)
    const open = report.checks.filter((check) => check.result !== 'pass').map((c) => c.code)
    expect(open).toEqual([])
    expect(report).toMatchObject({ kind: 'bundle', verdict: 'valid', reason: 'all-passed' })
    expect(report.bundle?.log?.events.map((event) => event.type)).toEqual([
      'signing.opened',
      'document.completed',
    ])
    expect(report.signatures).toHaveLength(2)
    expect(report.timestamps).toHaveLength(1)
    expect(judge(bundle, after(1500)).verdict).toBe('valid')
  })

  it('is indeterminate without anchor', () => {
    expect(verifyAny(bundle, { trustAnchors: [], now: after(12) }).verdict).toBe('indeterminate')
  })

  it('never holds with a byte flipped', () => {
    for (let i = 0; i < bundle.length; i += 211) {
      const changed = bundle.slice()
      changed[i] = (changed[i] as number) ^ ([0x01, 0x20, 0xff][i % 3] as number)
      expect(judge(changed).verdict, `byte ${i}`).not.toBe('valid')
    }
  })

  it('holds its files as they were', () => {
    const files = new Map(readBundle(bundle).files.map((file) => [file.path, file.bytes]))
    expect(files.get('document/signed.pdf')).toEqual(document.signedPdf)
    expect(files.get('document/original.pdf')).toEqual(document.original)
  })

  it('of a document nobody signed is refused', async () => {
    await expect(
      buildDocumentBundle(deps, { tenantId, documentId: tenantId, reader: everywhere }),
    ).rejects.toMatchObject({ code: 'evidence.nothing-signed' })
  })
})
