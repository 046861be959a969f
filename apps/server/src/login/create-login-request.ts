import type { LoginRequest as LoginRequestView } from '@yunqian/api'
import { appendEvent } from '../evidence/index.ts'
import type { ApplicationCaller } from '../signing/index.ts'
import { type LoginRequest, qrValidMs } from './login-request.ts'
import { loginView } from './login-view.ts'
import type { LoginDeps } from './ports.ts'
import { insertLoginRequest, loginRequestById } from './store.ts'

/** Begins a login: a QR code for the screen, and a challenge for whoever scans it. */
export async function createLoginRequest(
  deps: LoginDeps,
  caller: ApplicationCaller,
  command: {
    /** Names the request; the same again, after a death, is the same login. */
    readonly loginRequestId: string
    readonly workstation: string
  },
): Promise<LoginRequestView> {
  const requestedAt = deps.clock.now()
  const request: LoginRequest = {
    tenantId: caller.tenantId,
    loginRequestId: command.loginRequestId,
    applicationId: caller.applicationId,
    centreId: caller.centreId,
    workstation: command.workstation,
    state: 'waiting',
    qrToken: deps.random(16),
    matchCode: twoDigits(deps.random),
    challenge: deps.random(32),
    requestedAt,
    expiresAt: new Date(requestedAt.getTime() + qrValidMs),
  }
  return deps.db.tx({ tenantId: caller.tenantId }, async (tx) => {
    const before = await loginRequestById(tx, request)
    if (before) return loginView(deps, tx, before)
    await insertLoginRequest(tx, request)
    await appendEvent(tx, {
      type: 'login.opened',
      at: requestedAt,
      subject: {
        login: request.loginRequestId,
        application: caller.applicationId,
        centre: caller.centreId,
      },
    })
    return loginView(deps, tx, request)
  })
}

/** 00 to 99, each as likely: bytes of 200 and more are drawn again. */
function twoDigits(random: (length: number) => Uint8Array): string {
  for (;;) {
    const byte = random(1)[0]!
    if (byte < 200) return String(byte % 100).padStart(2, '0')
  }
}
