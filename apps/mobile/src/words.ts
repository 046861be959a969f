import type { CertificateState, TaskKind, TaskState } from '@yunqian/api'
import type { MessageKey } from './messages.ts'

export const certificateWords: Record<
  CertificateState,
  { tone: string; short: MessageKey; long: MessageKey }
> = {
  valid: { tone: 'good', short: 'stateValid', long: 'stateValidText' },
  suspended: { tone: 'attention', short: 'stateSuspended', long: 'stateSuspendedText' },
  revoked: { tone: 'stop', short: 'stateRevoked', long: 'stateRevokedText' },
  expired: { tone: 'stop', short: 'stateExpired', long: 'stateExpiredText' },
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
