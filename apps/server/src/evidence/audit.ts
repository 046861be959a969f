import { setImmediate } from 'node:timers/promises'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  leafHashes,
  rootOfFrontier,
  TREE_HASHES,
} from '@yunqian/evidence'
import type { Frontier, TreeHash } from '@yunqian/evidence'
import type { Certificate } from '@yunqian/pki'
import { verifyAny } from '@yunqian/verify'
import type { Database, Tx } from '../platform/index.ts'
import { rootUnder } from './sequence-events.ts'
import {
  checkpointsFrom,
  eventsFrom,
  excessRights,
  logSize,
  lostEvents,
  readNodes,
} from './store.ts'
import type { StoredCheckpoint, StoredEvent } from './store.ts'

/** Something an audit found wrong, in words for a person and a code for a program. */
export interface AuditFinding {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly tenantId: string
  readonly details: Readonly<Record<string, string | number>>
}

/** A room's own part of the audit: signatures that verify, nonces never used twice, nothing half done. */
export interface AuditPart {
  readonly name: string
  audit(tenantId: string): Promise<readonly AuditFinding[]>
}

export interface AuditDeps {
  readonly db: Database
  readonly now: Date
  readonly trustAnchors: readonly Certificate[]
  readonly intermediates: readonly Certificate[]
  readonly parts: readonly AuditPart[]
}

export interface AuditResult {
  readonly findings: readonly AuditFinding[]
  readonly tenants: number
  readonly events: number
  readonly checkpoints: number
}

const PAGE = 500

/** Recomputes everything the log claims, in every district, from the stored bytes alone. Changes nothing. */
export async function audit(deps: AuditDeps): Promise<AuditResult> {
  const tenants = await deps.db.tx('no-tenant', (tx) =>
    tx.query<{ tenant_id: string }>('select tenant_id from list_tenants()'),
  )
  const findings: AuditFinding[] = []
  let events = 0
  let checkpoints = 0
  for (const { tenant_id: tenantId } of tenants) {
    const found = await auditDistrict(deps, tenantId)
    findings.push(...found.findings)
    events += found.events
    checkpoints += found.checkpoints
  }
  return { findings, tenants: tenants.length, events, checkpoints }
}

type DistrictAudit = Omit<AuditResult, 'tenants'>

/** The same for one district; `told` hears how many of how many events were looked at, and may end it by throwing. */
export async function auditDistrict(
  deps: AuditDeps,
  tenantId: string,
  told: (checked: number, events: number) => void = () => {},
): Promise<DistrictAudit> {
  const log = await deps.db.tx({ tenantId }, (tx) => auditLog(tx, deps, tenantId, told), {
    isolation: 'repeatable read',
  })
  const findings = [...log.findings]
  for (const part of deps.parts) findings.push(...(await part.audit(tenantId)))
  return { ...log, findings }
}

type Report = (
  code: string,
  zh: string,
  en: string,
  details: Readonly<Record<string, string | number>>,
) => void

async function auditLog(
  tx: Tx,
  deps: AuditDeps,
  tenantId: string,
  told: (checked: number, events: number) => void,
): Promise<DistrictAudit> {
  const total = await logSize(tx)
  told(0, total)
  const findings: AuditFinding[] = []
  const report: Report = (code, zh, en, details) =>
    void findings.push({ code, zh, en, tenantId, details })
  let frontiers: Record<TreeHash, Frontier> = { sm3: EMPTY_FRONTIER, sha256: EMPTY_FRONTIER }
  let checkpoints = 0
  let page: readonly StoredEvent[]
  do {
    page = await eventsFrom(tx, frontiers.sm3.size, PAGE)
    const last = page.length < PAGE ? undefined : frontiers.sm3.size + PAGE
    const signed = await checkpointsFrom(tx, frontiers.sm3.size + 1, last)
    const bySize = new Map(signed.map((stored) => [stored.checkpoint.size, stored]))
    for (const event of page) {
      checkEvent(event, frontiers.sm3.size, tenantId, report)
      frontiers = await addLeaf(tx, frontiers, event, report)
      const stored = bySize.get(frontiers.sm3.size)
      if (stored) checkRoots(stored, frontiers, report)
    }
    for (const stored of signed) {
      checkSignature(stored, deps, frontiers.sm3.size, report)
      // There are many, and others use this thread.
      await setImmediate()
    }
    checkpoints += signed.length
    told(frontiers.sm3.size, total)
  } while (page.length === PAGE)
  for (const eventId of await lostEvents(tx))
    report('audit.event-lost', '事件既不在日志中也不在等待', 'event neither logged nor waiting', {
      eventId,
    })
  for (const right of await excessRights(tx))
    report('audit.not-insert-only', '服务角色可改写存证表', 'the service may rewrite evidence', {
      right,
    })
  return { findings, events: frontiers.sm3.size, checkpoints }
}

function checkEvent(event: StoredEvent, index: number, tenantId: string, report: Report): void {
  const hashes = leafHashes(event.bytes)
  const { eventId, record } = event
  if (event.index !== index)
    report('audit.gap', '日志序号不连续', 'the log has a gap', { index, found: event.index ?? -1 })
  if (TREE_HASHES.some((hash) => !same(hashes[hash], event.leaf[hash])))
    report('audit.event-altered', '事件内容与其哈希不符', 'an event differs from its hash', {
      eventId,
    })
  if (record.id !== eventId || record.tenant !== tenantId)
    report(
      'audit.event-misplaced',
      '事件记录与所在行不符',
      'an event is filed under another name',
      {
        eventId,
      },
    )
}

async function addLeaf(
  tx: Tx,
  frontiers: Record<TreeHash, Frontier>,
  event: StoredEvent,
  report: Report,
): Promise<Record<TreeHash, Frontier>> {
  // From the record's bytes, not from the stored hash: the tree must be that of what is written.
  const leaf = leafHashes(event.bytes)
  const sm3 = appendLeaf('sm3', frontiers.sm3, leaf.sm3)
  const sha256 = appendLeaf('sha256', frontiers.sha256, leaf.sha256)
  const stored = await readNodes(tx, sm3.completed)
  for (const [i, node] of sm3.completed.entries()) {
    const found = stored.find((one) => one.level === node.level && one.index === node.index)
    const other = sha256.completed[i]?.hash
    if (!found || !other || !same(found.hashes.sm3, node.hash) || !same(found.hashes.sha256, other))
      report('audit.node-altered', '哈希树节点与事件不符', 'a tree node differs from its events', {
        level: node.level,
        index: node.index,
      })
  }
  return { sm3: sm3.frontier, sha256: sha256.frontier }
}

function checkRoots(
  stored: StoredCheckpoint,
  frontiers: Record<TreeHash, Frontier>,
  report: Report,
): void {
  const { checkpoint } = stored
  for (const hash of TREE_HASHES)
    if (!same(rootOfFrontier(hash, frontiers[hash]), rootUnder(hash, checkpoint)))
      report('audit.checkpoint-differs', '检查点的根与日志不符', 'a checkpoint is of another log', {
        size: checkpoint.size,
        hash,
      })
}

function checkSignature(
  stored: StoredCheckpoint,
  deps: AuditDeps,
  size: number,
  report: Report,
): void {
  const { checkpoint, cms, body } = stored
  if (checkpoint.size > size)
    report('audit.log-shortened', '日志比已签检查点短', 'the log is shorter than was signed', {
      signed: checkpoint.size,
      size,
    })
  const found = verifyAny(cms, {
    trustAnchors: deps.trustAnchors,
    intermediates: deps.intermediates,
    detachedContent: body,
    now: deps.now,
  })
  if (found.verdict !== 'valid')
    report('audit.checkpoint-signature', '检查点签名无效', 'a checkpoint is not rightly signed', {
      size: checkpoint.size,
      reason: found.reason,
    })
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
