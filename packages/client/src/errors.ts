import { type ProblemCode, problems } from '@yunqian/api'

/** What the phone itself refuses, beside everything the platform can refuse. */
const ownRefusals = {
  'phone.offline': {
    retryable: true,
    zh: '网络不通，未完成。恢复网络后请重试。',
    en: 'No connection; nothing was completed. Try again once online.',
  },
  'phone.answer-malformed': {
    retryable: false,
    zh: '平台的回答不符合约定，已停止。',
    en: 'The platform’s answer does not fit the agreement; stopped.',
  },
  'phone.content-mismatch': {
    retryable: false,
    zh: '待签内容与平台声明的不一致，已拒绝签名。',
    en: 'The content is not what the platform says it is; refused to sign.',
  },
  'phone.server-dishonest': {
    retryable: false,
    zh: '平台未按协议回答，未产生签名。请联系社康工作人员。',
    en: 'The platform did not keep to the protocol; no signature was made. Tell your centre.',
  },
  'phone.no-key': {
    retryable: false,
    zh: '这台手机上没有密钥，请先申请证书。',
    en: 'There is no key on this phone. Apply for a certificate first.',
  },
  'phone.no-certificate': {
    retryable: false,
    zh: '还没有证书，请先完成申请。',
    en: 'There is no certificate yet. Finish the application first.',
  },
  'phone.storage-damaged': {
    retryable: false,
    zh: '手机上保存的数据已损坏，请重新申请证书。',
    en: 'What this phone had stored is damaged. Apply for a certificate again.',
  },
  'phone.storage-unavailable': {
    retryable: true,
    zh: '浏览器不让云签在本机保存数据（可能是无痕模式，或存储空间已满）。请换普通模式打开后重试。',
    en: 'The browser does not let Yunqian keep data on this phone (a private window, or no space left). Open a normal window and try again.',
  },
  'phone.qr-foreign': {
    retryable: false,
    zh: '这不是云签的二维码，内容没有发送给任何人。请扫描登录页或病历页上的二维码。',
    en: 'This is not a code of Yunqian; nothing of it was sent anywhere. Scan the one on a login or record page.',
  },
  'phone.pin-format': {
    retryable: false,
    zh: 'PIN 须为 6 到 12 位数字。',
    en: 'The PIN is 6 to 12 digits.',
  },
  'phone.pin-weak': {
    retryable: false,
    zh: '这个 PIN 太容易被猜到（像生日、连号或重复的数字），请换一个只有您知道的。',
    en: 'This PIN is too easy to guess (a birthday, a run, repeated digits). Choose one that only you know.',
  },
  'phone.wiped': {
    retryable: false,
    zh: '已中止，PIN 和密钥份额已清除。请重新开始。',
    en: 'Stopped; the PIN and the key share were erased. Begin again.',
  },
  'phone.self-test-failed': {
    retryable: false,
    zh: '密码模块自检未通过，已停止服务。',
    en: 'The cryptographic module failed its self-test and gives no service.',
  },
} as const

export type PhoneErrorCode = ProblemCode | keyof typeof ownRefusals

/** A refusal, by the platform or by the phone itself, in words for the person holding it. */
export class PhoneError extends Error {
  readonly code: PhoneErrorCode
  readonly zh: string
  readonly en: string
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
  readonly traceId: string | undefined

  constructor(
    code: PhoneErrorCode,
    options: { details?: Record<string, unknown>; traceId?: string; cause?: unknown } = {},
  ) {
    const text =
      code in ownRefusals
        ? ownRefusals[code as keyof typeof ownRefusals]
        : problems[code as ProblemCode]
    super(`${code}: ${text.en}`, { cause: options.cause })
    this.name = 'PhoneError'
    this.code = code
    this.zh = text.zh
    this.en = text.en
    this.retryable = text.retryable
    this.details = options.details ?? {}
    this.traceId = options.traceId
  }
}

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && code in problems
}
