import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { taskStates } from './phone.ts'
import { Base64, Closed, Hex, Id, type Static, Text, Timestamp, Wait, Words } from './scalars.ts'

export const maxDocumentBytes = 20 * 1024 * 1024

export const loginStates = ['waiting', 'scanned', 'approved', 'refused', 'expired'] as const
export type LoginState = (typeof loginStates)[number]

/** The person as the platform knows them; never an ID number. */
export const Subject = Closed({
  personId: Id,
  name: Type.String(),
  certificateSerialHex: Type.String(),
  certificateId: Id,
  /** The HIS user bound to this person in the calling application, if any (clause 1.3.1). */
  hisUserId: Type.Optional(Type.String()),
})
export type Subject = Static<typeof Subject>

export const LoginRequest = Closed({
  loginRequestId: Id,
  state: Words(loginStates),
  /** Text of the QR code; it carries no secret beyond this request. */
  qr: Type.String(),
  /** Two digits to show beside the QR; the phone shows them too. */
  matchCode: Type.String(),
  expiresAt: Timestamp,
  subject: Type.Optional(Subject),
  /** CMS SignedData over the login record, content attached; present once approved. */
  loginRecord: Type.Optional(Base64(65_536)),
  reason: Type.Optional(Type.String()),
})
export type LoginRequest = Static<typeof LoginRequest>

export const documentTypes = [
  'outpatient-record',
  'prescription',
  'consent',
  'sick-bed-record',
  'other',
] as const

export const SigningTask = Closed({
  signingTaskId: Id,
  documentId: Id,
  form: Words(['pdf', 'cms'] as const),
  state: Words(taskStates),
  qr: Type.String(),
  signer: Closed({ personId: Id, name: Type.String() }),
  expiresAt: Timestamp,
  signedAt: Type.Optional(Timestamp),
  reason: Type.Optional(Type.String()),
})
export type SigningTask = Static<typeof SigningTask>

export const DocumentView = Closed({
  documentId: Id,
  title: Type.String(),
  documentType: Words(documentTypes),
  mediaType: Type.String(),
  patientLabel: Type.Optional(Type.String()),
  reference: Type.Optional(Type.String()),
  /** Number of finished signature revisions; 0 is the original. */
  revision: Type.Integer(),
  sm3: Hex(32),
  bytes: Type.Integer(),
  createdAt: Timestamp,
  signatures: Type.Array(
    Closed({
      signingTaskId: Id,
      form: Words(['pdf', 'cms'] as const),
      signer: Type.String(),
      signedAt: Timestamp,
      revision: Type.Integer(),
    }),
  ),
})
export type DocumentView = Static<typeof DocumentView>

const Verdict = Words(['valid', 'invalid', 'indeterminate', 'unreadable'] as const)

/** The whole of @yunqian/verify's report; its inner shape is versioned by `v`. */
export const VerificationReport = Type.Object(
  { v: Type.Literal(1), kind: Type.String(), verdict: Verdict },
  { additionalProperties: true },
)

const DocumentParams = Closed({ documentId: Id })
const SigningTaskParams = Closed({ signingTaskId: Id })
const LoginParams = Closed({ loginRequestId: Id })

export const integratorEndpoints = {
  createLoginRequest: endpoint({
    operationId: 'createLoginRequest',
    method: 'POST',
    path: '/v1/login-requests',
    principal: 'application',
    summary: { zh: '发起扫码登录', en: 'Begin a QR login' },
    body: Closed({ workstation: Text(80) }),
    reply: LoginRequest,
    status: 201,
  }),
  getLoginRequest: endpoint({
    operationId: 'getLoginRequest',
    method: 'GET',
    path: '/v1/login-requests/:loginRequestId',
    principal: 'application',
    summary: {
      zh: '查询扫码登录（可长轮询）',
      en: 'State of a QR login; long-polls with wait and state',
    },
    params: LoginParams,
    query: Closed({ wait: Wait, state: Type.Optional(Words(loginStates)) }),
    reply: LoginRequest,
    problems: ['login.request-unknown'],
  }),
  verifyLogin: endpoint({
    operationId: 'verifyLogin',
    method: 'POST',
    path: '/v1/login-verifications',
    principal: 'application',
    summary: { zh: '服务端核验登录记录（一次有效）', en: 'Verify a signed login record, once' },
    body: Closed({ loginRequestId: Id, loginRecord: Base64(65_536) }),
    reply: Closed({ subject: Subject, signedAt: Timestamp, report: VerificationReport }),
    problems: [
      'login.request-unknown',
      'login.record-invalid',
      'login.record-used',
      'login.record-expired',
    ],
  }),
  bindUser: endpoint({
    operationId: 'bindUser',
    method: 'POST',
    path: '/v1/user-bindings',
    principal: 'application',
    summary: { zh: '绑定 HIS 用户与证书持有人', en: 'Bind a HIS user to the person who logged in' },
    body: Closed({ hisUserId: Text(80), loginRequestId: Id }),
    reply: Closed({ hisUserId: Type.String(), subject: Subject }),
    status: 201,
    problems: ['login.request-unknown', 'login.not-approved', 'login.binding-taken'],
  }),
  getBinding: endpoint({
    operationId: 'getBinding',
    method: 'GET',
    path: '/v1/user-bindings/:hisUserId',
    principal: 'application',
    summary: { zh: '查询绑定', en: 'Look a binding up' },
    params: Closed({ hisUserId: Text(80) }),
    reply: Closed({ hisUserId: Type.String(), subject: Subject }),
    problems: ['login.binding-unknown'],
  }),
  createDocument: endpoint({
    operationId: 'createDocument',
    method: 'POST',
    path: '/v1/documents',
    principal: 'application',
    summary: {
      zh: '提交待签文档（PDF 原样保存）',
      en: 'Hand in a document; its bytes are kept as they are',
    },
    body: Closed({
      title: Text(120),
      documentType: Words(documentTypes),
      patientLabel: Type.Optional(Text(120)),
      /** The integrator's own number for it. */
      reference: Type.Optional(Text(120)),
      mediaType: Words(['application/pdf', 'application/octet-stream'] as const),
      content: Base64(maxDocumentBytes),
    }),
    reply: DocumentView,
    status: 201,
    bodyLimitBytes: 28 * 1024 * 1024,
    problems: [
      'documents.pdf-malformed',
      'documents.pdf-encrypted',
      'documents.pdf-too-complex',
      'documents.pdf-altered-after-signing',
      'documents.pdf-broken-signature',
      'documents.pdf-dormant-objects',
      'documents.pdf-dynamic-form',
      'documents.pdf-locked',
      'documents.not-a-pdf',
      'documents.empty',
    ],
  }),
  getDocument: endpoint({
    operationId: 'getDocument',
    method: 'GET',
    path: '/v1/documents/:documentId',
    principal: 'application',
    summary: { zh: '文档与签名状态', en: 'A document and its signatures' },
    params: DocumentParams,
    reply: DocumentView,
    problems: ['documents.unknown'],
  }),
  getDocumentContent: endpoint({
    operationId: 'getDocumentContent',
    method: 'GET',
    path: '/v1/documents/:documentId/content',
    principal: 'application',
    summary: {
      zh: '下载文档（指定版本，缺省最新）',
      en: 'The document’s bytes; newest revision unless named',
    },
    params: DocumentParams,
    query: Closed({ revision: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })) }),
    replyMediaType: 'application/octet-stream',
    problems: ['documents.unknown'],
  }),
  getEvidence: endpoint({
    operationId: 'getEvidence',
    method: 'GET',
    path: '/v1/documents/:documentId/evidence',
    principal: 'application',
    summary: { zh: '导出证据包（离线可验）', en: 'The evidence bundle, verifiable offline' },
    params: DocumentParams,
    replyMediaType: 'application/zip',
    problems: ['documents.unknown', 'evidence.nothing-signed'],
  }),
  createSigningTask: endpoint({
    operationId: 'createSigningTask',
    method: 'POST',
    path: '/v1/signing-tasks',
    principal: 'application',
    summary: { zh: '请某位医生签署文档', en: 'Ask a person to sign a document' },
    body: Closed({
      documentId: Id,
      form: Words(['pdf', 'cms'] as const),
      /** Exactly one of the two. */
      signer: Type.Union([Closed({ hisUserId: Text(80) }), Closed({ personId: Id })]),
      reason: Type.Optional(Text(120)),
      workstation: Type.Optional(Text(80)),
      /** Where the signature shows, PDF points from the lower left of the page (1 is the first); default: stacked at the foot of the last page. */
      appearance: Type.Optional(
        Closed({
          page: Type.Integer({ minimum: 1, maximum: 5000 }),
          x: Type.Number({ minimum: 0, maximum: 14_400 }),
          y: Type.Number({ minimum: 0, maximum: 14_400 }),
          width: Type.Number({ minimum: 60, maximum: 600 }),
          height: Type.Number({ minimum: 24, maximum: 300 }),
        }),
      ),
      expiresInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 7 * 86_400 })),
    }),
    reply: SigningTask,
    status: 201,
    problems: [
      'documents.unknown',
      'documents.not-a-pdf',
      'login.binding-unknown',
      'signing.signer-unknown',
      'signing.certificate-not-valid',
      'documents.page-unknown',
    ],
  }),
  getSigningTask: endpoint({
    operationId: 'getSigningTask',
    method: 'GET',
    path: '/v1/signing-tasks/:signingTaskId',
    principal: 'application',
    summary: {
      zh: '签名任务状态（可长轮询）',
      en: 'State of a signing task; long-polls with wait and state',
    },
    params: SigningTaskParams,
    query: Closed({ wait: Wait, state: Type.Optional(Words(taskStates)) }),
    reply: SigningTask,
    problems: ['signing.task-unknown'],
  }),
  cancelSigningTask: endpoint({
    operationId: 'cancelSigningTask',
    method: 'POST',
    path: '/v1/signing-tasks/:signingTaskId/cancel',
    principal: 'application',
    summary: { zh: '撤回签名任务', en: 'Withdraw a signing task' },
    params: SigningTaskParams,
    body: Closed({}),
    reply: SigningTask,
    problems: ['signing.task-unknown', 'signing.task-closed'],
  }),
  getSignature: endpoint({
    operationId: 'getSignature',
    method: 'GET',
    path: '/v1/signing-tasks/:signingTaskId/signature',
    principal: 'application',
    summary: { zh: '下载 CMS 签名（DER）', en: 'The CMS signature, DER' },
    params: SigningTaskParams,
    replyMediaType: 'application/pkcs7-signature',
    problems: ['signing.task-unknown', 'signing.not-finished'],
  }),
  verifyDocument: endpoint({
    operationId: 'verifyDocument',
    method: 'POST',
    path: '/v1/verifications',
    principal: 'public',
    summary: {
      zh: '验签：PDF、CMS、时间戳或证据包',
      en: 'Verify a PDF, CMS, timestamp or evidence bundle',
    },
    body: Closed({
      content: Base64(maxDocumentBytes),
      /** The content a detached CMS signs. */
      detachedContent: Type.Optional(Base64(maxDocumentBytes)),
      at: Type.Optional(Timestamp),
    }),
    reply: VerificationReport,
    bodyLimitBytes: 56 * 1024 * 1024,
  }),
  getTrust: endpoint({
    operationId: 'getTrust',
    method: 'GET',
    path: '/v1/trust',
    principal: 'public',
    summary: { zh: '信任锚与中间证书', en: 'Trust anchor and intermediate certificates' },
    reply: Closed({
      /** PEM */
      root: Type.String(),
      intermediates: Type.Array(Type.String()),
      /** Why this root is no licensed CA's. */
      notice: Closed({ zh: Type.String(), en: Type.String() }),
    }),
  }),
} as const
