import type { TaskKind, TaskState } from '@yunqian/api'

/** Where a visible signature goes: PDF points from the lower left of the page, the first page is 1. */
export interface Placement {
  readonly page: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One thing one person is asked to sign. */
export interface SigningTask {
  readonly tenantId: string
  readonly taskId: string
  readonly kind: TaskKind
  readonly state: TaskState
  readonly personId: string
  readonly centreId: string
  readonly title: string
  readonly applicationId?: string
  /** `pdf` and `cms`. */
  readonly documentId?: string
  /** `csr`. */
  readonly enrollmentId?: string
  /** `csr`: the key that asks for its first certificate. */
  readonly keyId?: string
  /** `login`. */
  readonly loginRequestId?: string
  readonly reason?: string
  readonly workstation?: string
  readonly matchCode?: string
  readonly appearance?: Placement
  readonly qrToken?: Uint8Array
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly finishedAt?: Date
  readonly closingReason?: string
}

export type TaskEvent =
  | 'scan'
  | 'open'
  | 'sign'
  | 'complete'
  /** Signed for nothing: its application was overtaken, or its certificate stopped before the timestamp. */
  | 'void'
  | 'refuse'
  | 'cancel'
  | 'expire'

/** Every state meets every event here; undefined is a refusal. */
const transitions: Record<TaskState, Record<TaskEvent, TaskState | undefined>> = {
  waiting: {
    scan: 'scanned',
    open: 'signing',
    sign: undefined,
    complete: undefined,
    void: undefined,
    refuse: 'refused',
    cancel: 'cancelled',
    expire: 'expired',
  },
  scanned: {
    scan: 'scanned',
    open: 'signing',
    sign: undefined,
    complete: undefined,
    void: undefined,
    refuse: 'refused',
    cancel: 'cancelled',
    expire: 'expired',
  },
  signing: {
    scan: 'signing',
    open: 'signing',
    sign: 'signed',
    complete: undefined,
    void: undefined,
    refuse: 'refused',
    cancel: 'cancelled',
    expire: 'expired',
  },
  signed: {
    scan: undefined,
    open: undefined,
    sign: undefined,
    complete: 'completed',
    void: 'cancelled',
    refuse: undefined,
    cancel: undefined,
    expire: undefined,
  },
  completed: closed(),
  refused: closed(),
  cancelled: closed(),
  expired: closed(),
}

function closed(): Record<TaskEvent, undefined> {
  return {
    scan: undefined,
    open: undefined,
    sign: undefined,
    complete: undefined,
    void: undefined,
    refuse: undefined,
    cancel: undefined,
    expire: undefined,
  }
}

/** The state after an event, or undefined when the task refuses it. */
export function nextState(state: TaskState, event: TaskEvent): TaskState | undefined {
  return transitions[state][event]
}

// A session opened in the last second may still be finished.
const signingGraceMs = 6 * 60_000

/** The state as everyone should see it: a task whose time is up is expired before anybody writes it down. */
export function stateAt(task: Pick<SigningTask, 'state' | 'expiresAt'>, now: Date): TaskState {
  if (nextState(task.state, 'expire') === undefined) return task.state
  const grace = task.state === 'signing' ? signingGraceMs : 0
  return task.expiresAt.getTime() + grace <= now.getTime() ? 'expired' : task.state
}

/** True while the person may still look at it and sign. */
export function isOpen(task: Pick<SigningTask, 'state' | 'expiresAt'>, now: Date): boolean {
  return nextState(stateAt(task, now), 'open') !== undefined && task.expiresAt > now
}
