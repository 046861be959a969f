import { parseSm2PublicKey, sm2Verify, SmError, toHex } from '@yunqian/sm'
import type { AuditFinding, AuditPart } from '../evidence/index.ts'
import type { Blobs, Database, Tx } from '../platform/index.ts'

export interface SigningAuditDeps {
  readonly db: Database
  readonly blobs: Pick<Blobs, 'get'>
}

interface SignatureRow {
  task_id: string
  public_key: Uint8Array
  signed: Uint8Array
  r: Uint8Array
  s: Uint8Array
  told: boolean
}

const PAGE = 500

type Report = (
  code: string,
  zh: string,
  en: string,
  details: Readonly<Record<string, string | number>>,
) => void

/**
 * The signing room's part of an audit: every signature verifies from its own row and has its event, no nonce served
 * twice, nothing acknowledged is unfinished, every stored document is the one its row names.
 */
export function signingAudit(deps: SigningAuditDeps): AuditPart {
  return {
    name: 'signing',
    audit: async (tenantId) => {
      const findings: AuditFinding[] = []
      const report: Report = (code, zh, en, details) =>
        void findings.push({ code, zh, en, tenantId, details })
      const blobs = await deps.db.tx(
        { tenantId },
        async (tx) => {
          await checkSignatures(tx, report)
          await checkNonces(tx, report)
          await checkIntents(tx, report)
          await checkStopped(tx, report)
          return tx.query<{ document_id: string; revision: number; sm3: Uint8Array }>(
            'select document_id, revision, sm3 from document_revision',
          )
        },
        { isolation: 'repeatable read' },
      )
      for (const row of blobs) await checkBlob(deps.blobs, row, report)
      return findings
    },
  }
}

async function checkSignatures(tx: Tx, report: Report): Promise<void> {
  for (let after = ''; ;) {
    const rows = await tx.query<SignatureRow>(
      `select g.task_id, g.public_key, g.signed, g.r, g.s,
         exists (select from evidence_event e where e.type = 'signing.signed'
           and e.subject @> jsonb_build_object('task', g.task_id)) as told
       from signature g where g.task_id::text > $1 order by g.task_id::text limit ${PAGE}`,
      [after],
    )
    for (const row of rows) {
      const { task_id: task, told } = row
      if (!verifies(row))
        report(
          'audit.signature-wrong',
          '签名记录验证不通过',
          'a stored signature does not verify',
          {
            task,
          },
        )
      if (!told)
        report('audit.signature-untold', '签名没有存证事件', 'a signature has no event', { task })
    }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = last.task_id
  }
}

function verifies({ public_key, signed, r, s }: SignatureRow): boolean {
  try {
    return sm2Verify(parseSm2PublicKey(public_key), signed, { r, s })
  } catch (error) {
    if (error instanceof SmError) return false
    throw error
  }
}

/** The database refuses these by unique keys; an audit looks all the same, since keys can be dropped. */
async function checkNonces(tx: Tx, report: Report): Promise<void> {
  const repeated = await tx.query<{ what: string; times: number }>(
    `select 'r' as what, count(*) as times from signature group by key_id, r having count(*) > 1
     union all
     select 'commitment', count(*) from signing_session group by commitment having count(*) > 1
     union all
     select 'join', count(*) from signing_session where join_message is not null
       group by join_message having count(*) > 1`,
  )
  for (const { what, times } of repeated)
    report('audit.nonce-reused', '一次性随机数被重复使用', 'a nonce served more than once', {
      what,
      times,
    })
}

async function checkIntents(tx: Tx, report: Report): Promise<void> {
  const rows = await tx.query<{ task: string; lacks: string }>(
    `select t.task_id as task, 'signature' as lacks from signing_task t
     where t.state in ('signed', 'completed')
       and not exists (select from signature g where g.task_id = t.task_id)
     union all
     select t.task_id, 'completion' from signing_task t
     where t.state = 'completed'
       and not exists (select from signature_completion c where c.task_id = t.task_id)
     union all
     select x.task_id, 'signature of a finished session' from signing_session x
     where x.state = 'finished' and not exists (select from signature g where g.sid = x.sid)
     union all
     select t.task_id, 'completion of an acknowledged signature' from signing_task t
     where t.state = 'signed'`,
  )
  for (const { task, lacks } of rows)
    report('audit.unfinished', '已确认的签名尚未完成', 'something acknowledged is unfinished', {
      task,
      lacks,
    })
}

/** Nothing is completed under a certificate that has stopped, and what therefore came to nothing says so. */
async function checkStopped(tx: Tx, report: Report): Promise<void> {
  const late = await tx.query<{ task: string }>(
    `select s.task_id as task from signature s join signature_completion c using (tenant_id, task_id)
     join lateral (select h.change from certificate_change h
       where h.tenant_id = s.tenant_id and h.certificate_id = s.certificate_id and h.at <= c.completed_at
       order by h.ordinal desc limit 1) l on true
     where l.change in ('suspended', 'revoked', 'superseded')`,
  )
  for (const { task } of late)
    report(
      'audit.completed-after-stop',
      '签名在证书停用后才完成',
      'a signature was completed after its certificate had stopped',
      { task },
    )
  const silent = await tx.query<{ task: string }>(
    `select t.task_id as task from signing_task t join signature s using (tenant_id, task_id)
     where t.state = 'cancelled' and not exists (select from evidence_event e
       where e.type = 'signing.cancelled' and e.subject @> jsonb_build_object('task', t.task_id))`,
  )
  for (const { task } of silent)
    report('audit.void-untold', '签名作废没有存证事件', 'a voided signature has no event', { task })
}

// Whoever gives the bytes compares them with their name.
async function checkBlob(
  blobs: Pick<Blobs, 'get'>,
  row: { document_id: string; revision: number; sm3: Uint8Array },
  report: Report,
): Promise<void> {
  const details = { document: row.document_id, revision: row.revision }
  try {
    await blobs.get(toHex(row.sm3))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'platform.blob-damaged')
      report(
        'audit.document-altered',
        '文档内容与记录的摘要不符',
        'a stored document was altered',
        details,
      )
    else report('audit.document-missing', '文档内容缺失', 'a stored document is missing', details)
  }
}
