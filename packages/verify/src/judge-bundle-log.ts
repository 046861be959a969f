import {
  decodeCheckpoint,
  decodeLogEvents,
  encodeEvent,
  EvidenceError,
  leafHash,
  TREE_HASHES,
  verifyInclusion,
} from '@yunqian/evidence'
import type { Bundle, Checkpoint, LogEvents } from '@yunqian/evidence'
import { CONTENT_TYPE } from '@yunqian/pki'
import type { CheckCode } from './checks.ts'
import { judgeSealedCms } from './judge-sealed-cms.ts'
import type { Context } from './options.ts'
import { check } from './policy.ts'
import type { BundleReport, Check } from './report.ts'
import type { Verdict } from './verdict.ts'

export interface JudgedLog {
  readonly checks: readonly Check[]
  readonly report?: NonNullable<BundleReport['log']>
}

/** Judges the log part: the checkpoint's signature, every event's place in both trees, and what the events name. */
export function judgeBundleLog(context: Context, bundle: Bundle): JudgedLog {
  const events = bundle.files.filter((file) => file.role === 'log-events')
  const checkpoints = bundle.files.filter((file) => file.role === 'log-checkpoint')
  const [eventsFile] = events
  const [checkpointFile] = checkpoints
  if (!eventsFile || !checkpointFile) return { checks: [] }
  if (events.length > 1 || checkpoints.length > 1) return { checks: [check('log.malformed')] }
  const sealed = judgeSealedCms(context, checkpointFile.bytes, 'evidence-log', undefined)
  const rightType = sealed.contentType === CONTENT_TYPE.checkpoint
  const signature = check(rightType ? checkpointCodes[sealed.verdict] : 'log.checkpoint-wrong', {
    codes: sealed.codes,
  })
  try {
    const log = decodeLogEvents(eventsFile.bytes)
    const checkpoint = decodeCheckpoint(sealed.content ?? new Uint8Array(0))
    const checks = [signature, inclusionCheck(log, checkpoint), documentCheck(log, bundle)]
    return { checks, report: describe(log, checkpoint) }
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    return { checks: [signature, check('log.malformed', { cause: error.code })] }
  }
}

const checkpointCodes: Record<Verdict, CheckCode> = {
  valid: 'log.checkpoint-sound',
  invalid: 'log.checkpoint-wrong',
  indeterminate: 'log.checkpoint-undecided',
  unreadable: 'log.checkpoint-wrong',
}

function inclusionCheck(log: LogEvents, checkpoint: Checkpoint): Check {
  const roots = { sm3: checkpoint.sm3Root, sha256: checkpoint.sha256Root }
  const { size } = checkpoint
  const failed = log.events.filter(({ index, record, proofs }) => {
    const entry = encodeEvent(record)
    return !TREE_HASHES.every((hash) =>
      verifyInclusion(hash, {
        leaf: leafHash(hash, entry),
        index,
        size,
        proof: proofs[hash],
        root: roots[hash],
      }),
    )
  })
  const sameLog = log.origin === checkpoint.origin && log.size === size
  const sound = sameLog && failed.length === 0 && log.events.length > 0
  return check(sound ? 'log.included' : 'log.not-included', {
    events: log.events.length,
    size,
    failed: failed.map((event) => event.index),
  })
}

/** The log must speak of this very document: of the signed file, or of the detached signature's bytes. */
function documentCheck(log: LogEvents, bundle: Bundle): Check {
  const named = bundle.manifest.files
    .filter((file) => file.role === 'signed-document' || file.role === 'detached-signature')
    .map((file) => ({
      path: file.path,
      events: log.events.filter(
        ({ record }) =>
          (record.document?.sm3 === file.sm3 && record.document.sha256 === file.sha256) ||
          record.signature?.sm3 === file.sm3,
      ).length,
    }))
  const all = named.length > 0 && named.every(({ events }) => events > 0)
  return check(all ? 'log.document-named' : 'log.document-not-named', { named })
}

function describe(log: LogEvents, checkpoint: Checkpoint): NonNullable<BundleReport['log']> {
  return {
    origin: checkpoint.origin,
    size: checkpoint.size,
    time: checkpoint.time.toISOString(),
    events: log.events.map(({ index, record }) => ({ index, type: record.type, at: record.at })),
  }
}
