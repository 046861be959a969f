import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import {
  Base64,
  CentreCode,
  Closed,
  Hex,
  Id,
  type Static,
  Text,
  Timestamp,
  Wait,
  Words,
} from './scalars.ts'

/** Pen strokes of a handwritten signature, in the pad's own pixels, time in ms from the first point. */
export const Handwriting = Closed({
  width: Type.Integer({ minimum: 50, maximum: 4096 }),
  height: Type.Integer({ minimum: 30, maximum: 4096 }),
  strokes: Type.Array(
    Type.Array(
      Closed({
        x: Type.Number({ minimum: 0, maximum: 4096 }),
        y: Type.Number({ minimum: 0, maximum: 4096 }),
        t: Type.Number({ minimum: 0, maximum: 600_000 }),
        p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      }),
      { minItems: 1, maxItems: 4000 },
    ),
    { minItems: 1, maxItems: 200 },
  ),
})
export type Handwriting = Static<typeof Handwriting>

export const enrollmentStates = [
  'code-sent',
  'proofed',
  'approved',
  'key-made',
  'issued',
  'rejected',
  'expired',
] as const
export type EnrollmentState = (typeof enrollmentStates)[number]

export const Enrollment = Closed({
  enrollmentId: Id,
  deviceId: Id,
  state: Words(enrollmentStates),
  name: Type.String(),
  centreName: Type.String(),
  mobileMasked: Type.String(),
  codeExpiresAt: Type.Optional(Timestamp),
  codeTriesLeft: Type.Optional(Type.Integer()),
  /** Why the clerk refused. */
  reason: Type.Optional(Type.String()),
  /** Present from `key-made` on: the task whose signature is the certification request. */
  csrTaskId: Type.Optional(Id),
})
export type Enrollment = Static<typeof Enrollment>

export const certificateStates = ['valid', 'suspended', 'revoked', 'expired'] as const
export type CertificateState = (typeof certificateStates)[number]

/** What a revocation says of itself (RFC 5280 §5.3.1). */
export const revocationReasons = [
  'unspecified',
  'keyCompromise',
  'superseded',
  'affiliationChanged',
  'cessationOfOperation',
] as const
export type RevocationReasonWord = (typeof revocationReasons)[number]

export const certificateChanges = [
  'issued',
  'suspended',
  'resumed',
  'revoked',
  'superseded',
] as const

/** One change of a certificate's state, as it was written when it happened. */
export const CertificateChange = Closed({
  change: Words(certificateChanges),
  at: Timestamp,
  by: Closed({
    kind: Words(['staff', 'holder', 'system'] as const),
    /** Of the member of staff or the phone. */
    name: Type.Optional(Type.String()),
  }),
  reason: Type.Optional(Type.String()),
  /** The evidence event of the same commit. */
  eventId: Type.Optional(Id),
})
export type CertificateChange = Static<typeof CertificateChange>

export const CertificateView = Closed({
  certificateId: Id,
  serialNumberHex: Type.String(),
  subject: Type.String(),
  issuer: Type.String(),
  notBefore: Timestamp,
  notAfter: Timestamp,
  state: Words(certificateStates),
  stateSince: Timestamp,
  reason: Type.Optional(Type.String()),
  /** Present when revoked. */
  revocationReason: Type.Optional(Words(revocationReasons)),
  /** DER, base64. */
  certificate: Base64(8192),
  /** Issuing CA first, root last; DER, base64. */
  chain: Type.Array(Base64(8192)),
})
export type CertificateView = Static<typeof CertificateView>

export const taskKinds = ['csr', 'login', 'pdf', 'cms'] as const
export type TaskKind = (typeof taskKinds)[number]
export const taskStates = [
  'waiting',
  'scanned',
  'signing',
  'signed',
  'completed',
  'refused',
  'cancelled',
  'expired',
] as const
export type TaskState = (typeof taskStates)[number]

export const TaskSummary = Closed({
  taskId: Id,
  kind: Words(taskKinds),
  state: Words(taskStates),
  title: Type.String(),
  documentType: Type.Optional(Type.String()),
  patientLabel: Type.Optional(Type.String()),
  application: Type.String(),
  centreName: Type.String(),
  workstation: Type.Optional(Type.String()),
  /** Two digits that the screen shows too. */
  matchCode: Type.Optional(Type.String()),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  finishedAt: Type.Optional(Timestamp),
  reason: Type.Optional(Type.String()),
})
export type TaskSummary = Static<typeof TaskSummary>

/** What the phone needs to check and sign: `toBeSigned` is hashed with Z to give e. */
export const TaskDetail = Closed({
  task: TaskSummary,
  /** DER: signed attributes as SET OF (0x31), or CertificationRequestInfo for `csr`. */
  toBeSigned: Base64(65_536),
  content: Closed({
    mediaType: Type.String(),
    bytes: Type.Integer(),
    /** SM3 of the content as downloaded, hex. */
    sm3: Hex(32),
  }),
  /** The document as it stood before this signature: its length in the content, for `pdf`. */
  baseLength: Type.Optional(Type.Integer()),
  /** A consent is signed only once its end was in view. */
  requiresFullReading: Type.Boolean(),
})
export type TaskDetail = Static<typeof TaskDetail>

export const KeyView = Closed({
  keyId: Id,
  epoch: Type.Integer(),
  state: Words(['active', 'suspended', 'destroyed'] as const),
  triesLeft: Type.Integer(),
  oprfPublicKey: Base64(65),
})

export const PhoneState = Closed({
  person: Closed({
    personId: Id,
    name: Type.String(),
    idNumberMasked: Type.String(),
    mobileMasked: Type.String(),
  }),
  deviceId: Id,
  centres: Type.Array(Closed({ centreId: Id, name: Type.String(), role: Type.String() })),
  certificate: Type.Optional(CertificateView),
  key: Type.Optional(KeyView),
  handwriting: Type.Optional(Handwriting),
  serverTime: Timestamp,
})
export type PhoneState = Static<typeof PhoneState>

const EnrollmentParams = Closed({ enrollmentId: Id })
const TaskParams = Closed({ taskId: Id })
const SessionParams = Closed({ sid: Id })

export const phoneEndpoints = {
  beginEnrollment: endpoint({
    operationId: 'beginEnrollment',
    method: 'POST',
    path: '/v1/phone/enrollments',
    // Signed with the request key it carries, device "new": nobody is known yet.
    principal: 'public',
    summary: {
      zh: '申请证书：提交身份信息并登记手机',
      en: 'Apply for a certificate and register the phone',
    },
    body: Closed({
      centreCode: CentreCode,
      name: Text(60),
      idNumber: Type.String({ pattern: '^[0-9]{17}[0-9Xx]$' }),
      mobile: Type.String({ pattern: '^1[3-9][0-9]{9}$' }),
      device: Closed({
        name: Text(80),
        /** P-256 SubjectPublicKeyInfo, DER. */
        requestKey: Base64(200),
      }),
    }),
    reply: Enrollment,
    status: 201,
    problems: [
      'enrollment.centre-unknown',
      'enrollment.id-number-invalid',
      'phone.signature-invalid',
      'phone.clock-skew',
    ],
  }),
  submitCode: endpoint({
    operationId: 'submitCode',
    method: 'POST',
    path: '/v1/phone/enrollments/:enrollmentId/code',
    principal: 'device',
    summary: { zh: '提交短信验证码', en: 'Submit the one-time code' },
    params: EnrollmentParams,
    body: Closed({ code: Type.String({ pattern: '^[0-9]{6}$' }) }),
    reply: Enrollment,
    problems: [
      'enrollment.code-wrong',
      'enrollment.code-expired',
      'enrollment.code-exhausted',
      'enrollment.wrong-state',
    ],
  }),
  resendCode: endpoint({
    operationId: 'resendCode',
    method: 'POST',
    path: '/v1/phone/enrollments/:enrollmentId/code/resend',
    principal: 'device',
    summary: { zh: '重发短信验证码', en: 'Send the one-time code again' },
    params: EnrollmentParams,
    body: Closed({}),
    reply: Enrollment,
    problems: ['enrollment.resend-too-soon', 'enrollment.wrong-state'],
  }),
  getEnrollment: endpoint({
    operationId: 'getEnrollment',
    method: 'GET',
    path: '/v1/phone/enrollments/:enrollmentId',
    principal: 'device',
    summary: { zh: '查询申请进度', en: 'State of the application' },
    params: EnrollmentParams,
    query: Closed({ wait: Wait, state: Type.Optional(Words(enrollmentStates)) }),
    reply: Enrollment,
  }),
  beginKey: endpoint({
    operationId: 'beginKey',
    method: 'POST',
    path: '/v1/phone/enrollments/:enrollmentId/key',
    principal: 'device',
    summary: { zh: '生成协同密钥：服务端承诺', en: 'Two-party key: the server commits' },
    params: EnrollmentParams,
    body: Closed({}),
    reply: Closed({
      keyId: Id,
      sid: Id,
      /** What both sides hash into every proof: person, device, key and epoch. */
      context: Base64(512),
      commitment: Base64(32),
      oprfPublicKey: Base64(65),
      expiresAt: Timestamp,
    }),
    status: 201,
    problems: ['enrollment.wrong-state'],
  }),
  shareKey: endpoint({
    operationId: 'shareKey',
    method: 'POST',
    path: '/v1/phone/enrollments/:enrollmentId/key/share',
    principal: 'device',
    summary: {
      zh: '生成协同密钥：手机提交份额证明',
      en: 'Two-party key: the phone proves its share, the server opens',
    },
    params: EnrollmentParams,
    body: Closed({ sid: Id, share: Base64(512), blinded: Base64(65) }),
    reply: Closed({
      opening: Base64(512),
      evaluation: Base64(65),
      evaluationProof: Base64(64),
      publicKey: Base64(65),
      csrTaskId: Id,
    }),
    problems: ['keys.session-lost', 'keys.proof-invalid', 'enrollment.wrong-state'],
  }),
  getPhoneState: endpoint({
    operationId: 'getPhoneState',
    method: 'GET',
    path: '/v1/phone/me',
    principal: 'device',
    summary: { zh: '本人、证书与密钥状态', en: 'Person, certificate and key' },
    reply: PhoneState,
  }),
  setHandwriting: endpoint({
    operationId: 'setHandwriting',
    method: 'POST',
    path: '/v1/phone/handwriting',
    principal: 'device',
    summary: { zh: '保存手写签名样式', en: 'Keep the handwritten signature' },
    body: Handwriting,
    status: 204,
    bodyLimitBytes: 2_000_000,
  }),
  listTasks: endpoint({
    operationId: 'listTasks',
    method: 'GET',
    path: '/v1/phone/tasks',
    principal: 'device',
    summary: { zh: '待办与历史', en: 'Tasks, open or finished' },
    query: Closed({
      state: Type.Optional(Words(['open', 'finished'] as const)),
      wait: Wait,
      /** The `version` of the last answer: the request is held until something changed. */
      since: Type.Optional(Type.String({ maxLength: 64 })),
      before: Type.Optional(Timestamp),
    }),
    reply: Closed({ tasks: Type.Array(TaskSummary), version: Type.String() }),
  }),
  scan: endpoint({
    operationId: 'scan',
    method: 'POST',
    path: '/v1/phone/scans',
    principal: 'device',
    summary: { zh: '扫一扫：打开登录或签名请求', en: 'Open what a QR code asks for' },
    body: Closed({ qr: Type.String({ minLength: 1, maxLength: 512 }) }),
    reply: TaskSummary,
    problems: [
      'login.qr-unknown',
      'login.qr-expired',
      'login.already-scanned',
      'login.not-a-member',
      'signing.not-the-signer',
    ],
  }),
  getTask: endpoint({
    operationId: 'getTask',
    method: 'GET',
    path: '/v1/phone/tasks/:taskId',
    principal: 'device',
    summary: { zh: '任务详情与待签数据', en: 'A task and the bytes to be signed' },
    params: TaskParams,
    reply: TaskDetail,
    problems: [
      'signing.task-unknown',
      'signing.task-closed',
      'signing.certificate-not-valid',
      'documents.glyph-missing',
    ],
  }),
  getTaskContent: endpoint({
    operationId: 'getTaskContent',
    method: 'GET',
    path: '/v1/phone/tasks/:taskId/content',
    principal: 'device',
    summary: { zh: '下载将被签名的原文', en: 'The very bytes that will be signed' },
    params: TaskParams,
    replyMediaType: 'application/octet-stream',
    problems: ['signing.task-unknown', 'signing.task-closed'],
  }),
  getSignedContent: endpoint({
    operationId: 'getSignedContent',
    method: 'GET',
    path: '/v1/phone/tasks/:taskId/signed-content',
    principal: 'device',
    summary: {
      zh: '再看一遍已签的原文',
      en: 'The very bytes the holder signed, to look at again',
    },
    params: TaskParams,
    replyMediaType: 'application/octet-stream',
    problems: ['signing.task-unknown', 'signing.not-finished'],
  }),
  refuseTask: endpoint({
    operationId: 'refuseTask',
    method: 'POST',
    path: '/v1/phone/tasks/:taskId/refuse',
    principal: 'device',
    summary: { zh: '拒绝', en: 'Refuse with a reason' },
    params: TaskParams,
    body: Closed({ reason: Text(200) }),
    reply: TaskSummary,
    problems: ['signing.task-unknown', 'signing.task-closed'],
  }),
  openSigning: endpoint({
    operationId: 'openSigning',
    method: 'POST',
    path: '/v1/phone/signing-sessions',
    principal: 'device',
    summary: {
      zh: '协同签名第一步：校验 PIN 并承诺',
      en: 'Signing 1, open: blinded PIN, evaluation, commitment',
    },
    body: Closed({
      taskId: Id,
      /** e as the phone computed it from the content it showed. */
      e: Base64(32),
      blinded: Base64(65),
    }),
    reply: Closed({
      sid: Id,
      context: Base64(512),
      evaluation: Base64(65),
      evaluationProof: Base64(64),
      commitment: Base64(32),
      triesLeft: Type.Integer(),
      expiresAt: Timestamp,
    }),
    status: 201,
    problems: [
      'signing.task-unknown',
      'signing.task-closed',
      'signing.digest-mismatch',
      'signing.head-moved',
      'signing.document-busy',
      'signing.certificate-not-valid',
      'keys.suspended',
      'keys.pin-exhausted',
      'keys.too-many-sessions',
    ],
  }),
  joinSigning: endpoint({
    operationId: 'joinSigning',
    method: 'POST',
    path: '/v1/phone/signing-sessions/:sid/join',
    principal: 'device',
    summary: {
      zh: '协同签名第二步：手机随机点与证明',
      en: 'Signing 2, join: the phone’s nonce point and proof',
    },
    params: SessionParams,
    body: Closed({ message: Base64(512) }),
    reply: Closed({ answer: Base64(512), triesLeft: Type.Integer() }),
    problems: [
      'signing.session-lost',
      'signing.session-unknown',
      'signing.join-differs',
      'keys.pin-wrong',
      'keys.pin-exhausted',
      'keys.suspended',
    ],
  }),
  finishSigning: endpoint({
    operationId: 'finishSigning',
    method: 'POST',
    path: '/v1/phone/signing-sessions/:sid/finish',
    principal: 'device',
    summary: { zh: '协同签名第三步：提交签名值', en: 'Signing 3, finish: the signature value' },
    params: SessionParams,
    body: Closed({ r: Base64(32), s: Base64(32) }),
    reply: Closed({ task: TaskSummary, certificate: Type.Optional(CertificateView) }),
    problems: [
      'signing.session-unknown',
      'signing.signature-invalid',
      'signing.wrong-state',
      'signing.head-moved',
      'signing.document-busy',
      'signing.task-closed',
      'signing.certificate-not-valid',
      'issuance.unavailable',
    ],
  }),
  listOwnCertificates: endpoint({
    operationId: 'listOwnCertificates',
    method: 'GET',
    path: '/v1/phone/certificates',
    principal: 'device',
    summary: {
      zh: '本人证书及状态变更记录',
      en: 'Own certificates and how they came to their state',
    },
    reply: Closed({
      /** Newest first. */
      certificates: Type.Array(
        Closed({ certificate: CertificateView, changes: Type.Array(CertificateChange) }),
      ),
    }),
  }),
  reportLoss: endpoint({
    operationId: 'reportLoss',
    method: 'POST',
    path: '/v1/phone/certificate/report-loss',
    principal: 'device',
    summary: { zh: '挂失', en: 'Report loss: suspend certificate and key' },
    body: Closed({ reason: Type.Optional(Text(200)) }),
    reply: CertificateView,
    problems: ['certificates.wrong-state', 'certificates.none'],
  }),
  revokeOwn: endpoint({
    operationId: 'revokeOwn',
    method: 'POST',
    path: '/v1/phone/certificate/revoke',
    principal: 'device',
    summary: { zh: '撤销', en: 'Revoke for good; the server’s share is destroyed' },
    body: Closed({ reason: Text(200) }),
    reply: CertificateView,
    problems: ['certificates.wrong-state', 'certificates.none'],
  }),
} as const
