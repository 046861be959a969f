import { ref } from 'vue'

/** What the clinic's own server answers; see routes.ts. */
export interface Session {
  readonly hisUserId: string
  readonly name: string
  readonly centreName: string
  readonly workstation: string
}

export interface Login {
  readonly attemptId: string
  readonly state: 'waiting' | 'scanned' | 'approved' | 'refused' | 'expired'
  readonly qr: string
  readonly matchCode: string
  readonly expiresAt: string
  readonly name?: string
}

export interface Signing {
  readonly signingId: string
  readonly visitId: string
  readonly hisUserId: string
  readonly name: string
  readonly place: 'author' | 'reviewer'
  readonly state: string
  readonly qr: string | null
  readonly askedAt: string
  readonly signedAt: string | null
  readonly reason: string | null
  /** Why it has not reached the platform yet, or never will. */
  readonly problem: ClinicProblem | null
}

export interface Visit {
  readonly visitId: string
  readonly day: string
  readonly number: string
  readonly at: string
  readonly name: string
  readonly sex: string
  readonly age: string
  readonly complaint: string
  readonly allergies: string
}

export interface ListedVisit extends Visit {
  readonly recordState: 'none' | 'draft' | 'submitted'
  readonly signings: readonly Signing[]
}

interface Drug {
  drug: string
  dose: string
  usage: string
  amount: string
}

export interface RecordBody {
  allergies: string
  chiefComplaint: string
  presentIllness: string
  pastHistory: string
  examination: string
  diagnosis: string
  prescription: Drug[]
  advice: string
}

export interface VisitView {
  readonly visit: Visit
  readonly record?: {
    readonly author: string
    readonly body: RecordBody
    readonly state: 'draft' | 'submitted'
  }
  readonly signings: readonly Signing[]
}

/** Thrown as the server worded it. */
export interface ClinicProblem {
  readonly code: string
  readonly zh: string
  readonly en: string
}

const unreachable: ClinicProblem = {
  code: 'clinic.unreachable',
  zh: '连接不上工作站服务，请检查网络后重试。',
  en: 'The workstation’s server is out of reach. Check the network and try again.',
}

/** Set when the server no longer knows the doctor; whoever logs in again goes on where they were. */
export const signedOut = ref(false)

/** Calls the clinic's server; rejects with a ClinicProblem. */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const request: RequestInit = { method }
  if (signal) request.signal = signal
  if (body !== undefined) {
    request.headers = { 'content-type': 'application/json' }
    request.body = JSON.stringify(body)
  }
  const answer = await fetch(`/api${path}`, request).catch((cause: unknown) => {
    throw signal?.aborted ? cause : unreachable
  })
  if (answer.status === 204) return undefined as T
  const found = (await answer.json().catch(() => unreachable)) as unknown
  if (answer.status === 401) signedOut.value = true
  if (!answer.ok) throw found
  return found as T
}
