import { equalBytes } from '@yunqian/sm'
import type { Platform, Tx } from '../platform/index.ts'
import { codeValidMs } from './enrollment.ts'
import type { EnrollmentDeps } from './ports.ts'

/** Six decimal digits, each number as likely: draws above the last whole million are repeated. */
function drawCode(random: Platform['random']): string {
  const limit = Math.floor(0x1_0000_0000 / 1_000_000) * 1_000_000
  for (;;) {
    const bytes = random(4)
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
    if (value < limit) return String(value % 1_000_000).padStart(6, '0')
  }
}

/** What the row keeps of a code: useless to who reads the table without the platform key. */
function codeIndex(sealer: Platform['sealer'], enrollmentId: string, code: string): Uint8Array {
  return sealer.index(`enrollment/code/${enrollmentId}`, new TextEncoder().encode(code))
}

/** Whether this is the code that was sent; no code fits when none was. */
export function codeFits(
  sealer: Platform['sealer'],
  enrollment: { readonly enrollmentId: string; readonly codeIndex?: Uint8Array },
  code: string,
): boolean {
  const given = codeIndex(sealer, enrollment.enrollmentId, code)
  return enrollment.codeIndex !== undefined && equalBytes(given, enrollment.codeIndex)
}

/** Draws and sends a code to a registered person; for anybody else nothing is sent and nothing will fit. */
export async function sendCode(
  deps: EnrollmentDeps,
  tx: Tx,
  to: {
    readonly tenantId: string
    readonly enrollmentId: string
    readonly centreId: string
    readonly mobileMasked: string
    readonly mobile: string | undefined
  },
): Promise<{
  readonly index: Uint8Array | undefined
  readonly sentAt: Date
  readonly expiresAt: Date
}> {
  const sentAt = deps.clock.now()
  const expiresAt = new Date(sentAt.getTime() + codeValidMs)
  if (to.mobile === undefined) return { index: undefined, sentAt, expiresAt }
  const code = drawCode(deps.random)
  const minutes = String(codeValidMs / 60_000)
  await deps.messages.send(tx, {
    tenantId: to.tenantId,
    centreId: to.centreId,
    mobile: to.mobile,
    mobileMasked: to.mobileMasked,
    text: `【云签】验证码 ${code}，${minutes} 分钟内有效，用于申请医师证书。请勿告诉任何人。`,
    parts: { code, minutes },
    at: sentAt,
    expiresAt,
  })
  return { index: codeIndex(deps.sealer, to.enrollmentId, code), sentAt, expiresAt }
}
