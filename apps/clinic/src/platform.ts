import { randomUUID } from 'node:crypto'
import { ClinicError, PlatformRefusal } from './errors.ts'

// Shapes as the platform's public documentation gives them; a stranger's integration imports no code of ours.

export interface Subject {
  readonly personId: string
  readonly name: string
  readonly certificateSerialHex: string
  readonly hisUserId?: string
}

export interface LoginRequest {
  readonly loginRequestId: string
  readonly state: 'waiting' | 'scanned' | 'approved' | 'refused' | 'expired'
  readonly qr: string
  readonly matchCode: string
  readonly expiresAt: string
  readonly subject?: Subject
  readonly loginRecord?: string
}

export interface SigningTask {
  readonly signingTaskId: string
  readonly documentId: string
  readonly state: string
  readonly qr: string
  readonly expiresAt: string
  readonly signedAt?: string
  readonly reason?: string
}

export interface NewSigningTask {
  readonly documentId: string
  readonly hisUserId: string
  readonly appearance: {
    readonly page: number
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }
  readonly workstation: string
}

// The platform holds a waiting request for 20 s; whatever else takes so long keeps a doctor from working.
const patienceMs = { waiting: 40_000, usual: 12_000 }

/** The platform's public API v1 as the clinic uses it. */
export type Platform = ReturnType<typeof openPlatform>

export function openPlatform(options: {
  readonly url: string
  readonly applicationKey: string
  readonly fetch?: typeof globalThis.fetch
}) {
  const send = options.fetch ?? globalThis.fetch

  async function call(method: string, path: string, body?: unknown, key: string = randomUUID()) {
    const headers: Record<string, string> = { authorization: `Bearer ${options.applicationKey}` }
    if (body !== undefined) {
      headers['content-type'] = 'application/json'
      headers['idempotency-key'] = key
    }
    const patience = path.includes('wait=') ? patienceMs.waiting : patienceMs.usual
    const request = { method, headers, signal: AbortSignal.timeout(patience) }
    const answer = await send(
      options.url + path,
      body === undefined ? request : { ...request, body: JSON.stringify(body) },
    ).catch((cause: unknown) => {
      throw new ClinicError('clinic.platform-unreachable', { cause })
    })
    if (answer.ok) return answer
    const problem = (await answer.json().catch(() => ({}))) as Record<string, unknown>
    throw new PlatformRefusal(problem, answer.status)
  }
  const json = async <T>(answer: Response) => (await answer.json()) as T
  const bytes = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())
  const waiting = (state?: string) =>
    state ? `?${new URLSearchParams({ wait: '20', state })}` : ''

  return {
    beginLogin: async (workstation: string) =>
      json<LoginRequest>(await call('POST', '/v1/login-requests', { workstation })),
    /** Held by the platform for up to 20 s while the request is still in `state`. */
    login: async (id: string, state?: string) =>
      json<LoginRequest>(await call('GET', `/v1/login-requests/${id}${waiting(state)}`)),
    verifyLogin: async (loginRequestId: string, loginRecord: string) =>
      json<{ subject: Subject; signedAt: string }>(
        await call('POST', '/v1/login-verifications', { loginRequestId, loginRecord }),
      ),
    bindUser: async (hisUserId: string, loginRequestId: string) =>
      json<{ hisUserId: string; subject: Subject }>(
        await call('POST', '/v1/user-bindings', { hisUserId, loginRequestId }),
      ),
    addDocument: async (
      document: { title: string; patientLabel: string; reference: string; pdf: Uint8Array },
      idempotencyKey: string,
    ) => {
      const { pdf, ...rest } = document
      const body = {
        ...rest,
        documentType: 'outpatient-record',
        mediaType: 'application/pdf',
        content: Buffer.from(pdf).toString('base64'),
      }
      return json<{ documentId: string }>(await call('POST', '/v1/documents', body, idempotencyKey))
    },
    askToSign: async ({ hisUserId, ...task }: NewSigningTask, idempotencyKey: string) =>
      json<SigningTask>(
        await call(
          'POST',
          '/v1/signing-tasks',
          { ...task, form: 'pdf', signer: { hisUserId } },
          idempotencyKey,
        ),
      ),
    signingTask: async (id: string, state?: string) =>
      json<SigningTask>(await call('GET', `/v1/signing-tasks/${id}${waiting(state)}`)),
    cancelSigning: async (id: string) =>
      json<SigningTask>(await call('POST', `/v1/signing-tasks/${id}/cancel`, {})),
    document: async (id: string) => bytes(await call('GET', `/v1/documents/${id}/content`)),
    evidence: async (id: string) => bytes(await call('GET', `/v1/documents/${id}/evidence`)),
    verify: async (content: Uint8Array) =>
      json<Record<string, unknown>>(
        await call('POST', '/v1/verifications', {
          content: Buffer.from(content).toString('base64'),
        }),
      ),
  }
}
