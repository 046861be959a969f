import type {
  Application,
  CertificateChange,
  CertificateStanding,
  CertificateState,
  Centre,
  EnrollmentState,
  RevocationReasonWord,
  StaffRole,
  TaskKind,
  TaskState,
} from '@yunqian/api'
import type { Reply } from './platform.ts'
import { say, type MessageKey } from './messages/index.ts'

export interface StateWord {
  readonly tone: 'good' | 'attention' | 'stop' | ''
  readonly text: MessageKey
}

export const roleWords: Record<StaffRole, MessageKey> = {
  'district-admin': 'roleDistrictAdmin',
  clerk: 'roleClerk',
  auditor: 'roleAuditor',
}

/** What each role may do. */
export const roleHints: Record<StaffRole, MessageKey> = {
  clerk: 'roleClerkHint',
  auditor: 'roleAuditorHint',
  'district-admin': 'roleDistrictAdminHint',
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

export const changeWords: Record<CertificateChange['change'], StateWord> = {
  issued: { tone: 'good', text: 'changeIssued' },
  suspended: { tone: 'attention', text: 'certificateSuspended' },
  resumed: { tone: 'good', text: 'changeResumed' },
  revoked: { tone: 'stop', text: 'certificateRevoked' },
  superseded: { tone: 'stop', text: 'changeSuperseded' },
}

export const revocationWords: Record<RevocationReasonWord, MessageKey> = {
  unspecified: 'revokedUnspecified',
  keyCompromise: 'revokedKeyCompromise',
  superseded: 'revokedSuperseded',
  affiliationChanged: 'revokedAffiliation',
  cessationOfOperation: 'revokedCessation',
}

export const standingWords: Record<CertificateStanding, MessageKey> = {
  valid: 'certificateValid',
  suspended: 'certificateSuspended',
  revoked: 'certificateRevoked',
  expired: 'certificateExpired',
  expiring: 'certificateExpiring',
  none: 'noCertificate',
}

type Message = Reply<'listMessages'>['messages'][number]

export const messageWords: Record<Message['state'], StateWord> = {
  waiting: { tone: 'attention', text: 'messageWaiting' },
  sent: { tone: 'good', text: 'messageSent' },
  failed: { tone: 'stop', text: 'messageFailed' },
}

export const failureWords: Record<NonNullable<Message['failure']>, MessageKey> = {
  unreachable: 'failureUnreachable',
  'timed-out': 'failureTimedOut',
  'rate-limited': 'failureRateLimited',
  refused: 'failureRefused',
  'gateway-error': 'failureGatewayError',
  'not-accepted': 'failureNotAccepted',
  expired: 'failureExpired',
}

/** What an enrollment check is called; a provider's own check goes by its name. */
export const checkWords: Readonly<Record<string, MessageKey>> = {
  'id-number': 'checkIdNumber',
  'registered-person': 'checkRegistered',
  'one-time-code': 'checkCode',
  'clerk-confirmation': 'checkClerk',
}

export const centreWords: Record<Centre['state'], StateWord> = {
  open: { tone: 'good', text: 'centreOpen' },
  closed: { tone: '', text: 'centreClosed' },
}

export const applicationWords: Record<Application['state'], StateWord> = {
  active: { tone: 'good', text: 'applicationActive' },
  revoked: { tone: '', text: 'applicationRevoked' },
}

export const staffWords: Record<StaffMember['state'], StateWord> = {
  active: { tone: 'good', text: 'staffActive' },
  disabled: { tone: '', text: 'staffDisabled' },
}

export const kindWords: Record<TaskKind, MessageKey> = {
  csr: 'kindCsr',
  login: 'kindLogin',
  pdf: 'kindPdf',
  cms: 'kindCms',
}

export const taskWords: Record<TaskState, StateWord> = {
  waiting: { tone: 'attention', text: 'taskWaiting' },
  scanned: { tone: 'attention', text: 'taskScanned' },
  signing: { tone: 'attention', text: 'taskSigning' },
  signed: { tone: 'good', text: 'taskSigned' },
  completed: { tone: 'good', text: 'taskCompleted' },
  refused: { tone: 'stop', text: 'taskRefused' },
  cancelled: { tone: '', text: 'taskCancelled' },
  expired: { tone: '', text: 'taskExpired' },
}

export type StaffMember = Reply<'listStaff'>['staff'][number]
export type OpenInvitation = Reply<'listStaff'>['invitations'][number]
export type DocumentRow = Reply<'listSignedDocuments'>['documents'][number]

export const documentWords: Record<DocumentRow['documentType'], MessageKey> = {
  'outpatient-record': 'typeOutpatientRecord',
  prescription: 'typePrescription',
  consent: 'typeConsent',
  'sick-bed-record': 'typeSickBedRecord',
  other: 'typeOther',
}

/** Which revision of a document: as it came, or after its n-th signature. */
export function revisionWords({ revision }: DocumentRow): string {
  return revision === 0 ? say('original') : say('revision', { n: revision })
}
