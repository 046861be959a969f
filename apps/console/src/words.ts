import type { CertificateState, EnrollmentState, StaffRole } from '@yunqian/api'
import type { MessageKey } from './messages/index.ts'

export interface StateWord {
  readonly tone: 'good' | 'attention' | 'stop' | ''
  readonly text: MessageKey
}

export const roleWords: Record<StaffRole, MessageKey> = {
  'district-admin': 'roleDistrictAdmin',
  clerk: 'roleClerk',
  auditor: 'roleAuditor',
}

export const enrollmentWords: Record<EnrollmentState, StateWord> = {
  'code-sent': { tone: '', text: 'stateCodeSent' },
  proofed: { tone: 'attention', text: 'stateProofed' },
  approved: { tone: 'good', text: 'stateApproved' },
  'key-made': { tone: 'good', text: 'stateKeyMade' },
  issued: { tone: 'good', text: 'stateIssued' },
  rejected: { tone: 'stop', text: 'stateRejected' },
  expired: { tone: '', text: 'stateExpired' },
}

export const certificateWords: Record<CertificateState, StateWord> = {
  valid: { tone: 'good', text: 'certificateValid' },
  suspended: { tone: 'attention', text: 'certificateSuspended' },
  revoked: { tone: 'stop', text: 'certificateRevoked' },
  expired: { tone: '', text: 'certificateExpired' },
}

/** What an enrollment check is called; a provider's own check goes by its name. */
export const checkWords: Readonly<Record<string, MessageKey>> = {
  'id-number': 'checkIdNumber',
  'registered-person': 'checkRegistered',
  'one-time-code': 'checkCode',
  'clerk-confirmation': 'checkClerk',
}
