import { DeviceError } from '../devices/index.ts'
import { keyById, type TwoPartyKey } from '../keys/two-party/index.ts'
import type { Tx } from '../platform/index.ts'
import { SigningError } from './errors.ts'
import type { PhoneCaller, Signer, SigningDeps } from './ports.ts'
import { isOpen, type SigningTask, stateAt } from './task.ts'
import { taskById } from './task-store.ts'

/** A task of this phone's holder; anybody else's does not exist for them. Throws `signing.task-unknown`. */
export async function ownTask(
  tx: Tx,
  caller: PhoneCaller,
  taskId: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningTask> {
  const task = await taskById(tx, { tenantId: caller.tenantId, taskId }, lock)
  if (!task || caller.personId === undefined || task.personId !== caller.personId)
    throw new SigningError('signing.task-unknown')
  return task
}

/** As `ownTask`, still to be signed. Throws `signing.task-closed` too. */
export async function ownOpenTask(
  tx: Tx,
  caller: PhoneCaller,
  taskId: string,
  now: Date,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<SigningTask> {
  const task = await ownTask(tx, caller, taskId, lock)
  if (!isOpen(task, now))
    throw new SigningError('signing.task-closed', {
      state: task.expiresAt <= now ? 'expired' : stateAt(task, now),
    })
  return task
}

/**
 * Who will sign a task and with which key, locked if asked, and that this phone holds its other half. Throws
 * `signing.certificate-not-valid`, `phone.device-retired`.
 */
export async function signerOf(
  deps: Pick<SigningDeps, 'certificates'>,
  tx: Tx,
  task: SigningTask,
  deviceId: string,
  lock: 'for update' | 'no lock' = 'no lock',
): Promise<{ readonly signer: Signer; readonly key: TwoPartyKey }> {
  const certificate = task.kind === 'csr' ? undefined : await deps.certificates.ofPerson(tx, task)
  if (task.kind !== 'csr' && certificate?.state !== 'valid')
    throw new SigningError(
      'signing.certificate-not-valid',
      certificate ? { state: certificate.state } : {},
    )
  const keyId = certificate?.keyId ?? task.keyId
  const key = keyId === undefined ? undefined : await keyById(tx, { ...task, keyId }, lock)
  if (!key || key.personId !== task.personId)
    throw new SigningError('signing.certificate-not-valid')
  if (key.deviceId !== deviceId) throw new DeviceError('phone.device-retired')
  const { personId, keyId: id, publicKey } = key
  const name = await personName(tx, task)
  return {
    key,
    signer: { personId, name, keyId: id, publicKey, ...(certificate ? { certificate } : {}) },
  }
}

async function personName(
  tx: Tx,
  person: { readonly tenantId: string; readonly personId: string },
): Promise<string> {
  const row = await tx.queryOne<{ name: string }>(
    'select name from person where tenant_id = $1 and person_id = $2',
    [person.tenantId, person.personId],
  )
  if (!row) throw new Error('a task of nobody')
  return row.name
}
