import type {
  CertificateState,
  CertificateView,
  TaskKind,
  TaskState,
  TaskSummary,
} from '@yunqian/api'
import { type MessageKey, say } from './messages.ts'

export const certificateWords: Record<
  CertificateState,
  { tone: string; short: MessageKey; long: MessageKey }
> = {
  valid: { tone: 'good', short: 'stateValid', long: 'stateValidText' },
  suspended: { tone: 'attention', short: 'stateSuspended', long: 'stateSuspendedText' },
  revoked: { tone: 'stop', short: 'stateRevoked', long: 'stateRevokedText' },
  expired: { tone: 'stop', short: 'stateExpired', long: 'stateExpiredText' },
}

/** What a state means and what to do; a key stopped by wrong PINs is not a lost phone. */
export function stateText({ state, reason }: CertificateView): MessageKey {
  return state === 'suspended' && reason === 'pin-exhausted'
    ? 'statePinExhaustedText'
    : certificateWords[state].long
}

export const kindWords: Record<TaskKind, MessageKey> = {
  login: 'kindLogin',
  pdf: 'kindPdf',
  cms: 'kindCms',
  csr: 'kindCsr',
}

export const taskWords: Record<TaskState, { tone: string; text: MessageKey }> = {
  waiting: { tone: 'attention', text: 'taskWaiting' },
  scanned: { tone: 'attention', text: 'taskScanned' },
  signing: { tone: 'attention', text: 'taskSigning' },
  signed: { tone: 'good', text: 'taskSigned' },
  completed: { tone: 'good', text: 'taskCompleted' },
  refused: { tone: '', text: 'taskRefused' },
  cancelled: { tone: '', text: 'taskCancelled' },
  expired: { tone: '', text: 'taskExpired' },
}

/** Documents have titles of their own; a login is known by where it was asked for. */
export function taskTitle({ kind, title, application, workstation }: TaskSummary): string {
  if (kind === 'login') return workstation ? `${application} · ${workstation}` : application
  return kind === 'csr' ? say('kindCsr') : title
}
