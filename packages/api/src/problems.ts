/** One refusal: HTTP status, whether the same request may succeed later, and the words for people. */
export interface ProblemText {
  readonly status: number
  readonly retryable: boolean
  readonly zh: string
  readonly en: string
}

/**
 * Every refusal the API can give: the one table for server, clients and docs/integration/errors.md.
 * Each text says what happened and what to do.
 */
export const problems = {
  'platform.not-found': {
    status: 404,
    retryable: false,
    zh: '没有这个地址或对象。请核对路径和编号。',
    en: 'There is nothing at this address. Check the path and the id.',
  },
  'platform.method-not-allowed': {
    status: 405,
    retryable: false,
    zh: '该地址不支持此方法。',
    en: 'This address does not take that method.',
  },
  'platform.body-malformed': {
    status: 400,
    retryable: false,
    zh: '请求体不是合法的 JSON。',
    en: 'The body is not well-formed JSON.',
  },
  'platform.request-invalid': {
    status: 400,
    retryable: false,
    zh: '请求内容不符合接口定义，详见 details。',
    en: 'The request does not fit the interface; see details.',
  },
  'platform.body-too-large': {
    status: 413,
    retryable: false,
    zh: '请求体超过上限。',
    en: 'The body is over the limit.',
  },
  'platform.media-type-unsupported': {
    status: 415,
    retryable: false,
    zh: '请使用 application/json。',
    en: 'Use application/json.',
  },
  'platform.unauthenticated': {
    status: 401,
    retryable: false,
    zh: '未登录或凭据无效。',
    en: 'Not signed in, or the credentials are not valid.',
  },
  'platform.forbidden': {
    status: 403,
    retryable: false,
    zh: '没有执行此操作的权限。',
    en: 'You may not do this.',
  },
  'platform.csrf': {
    status: 403,
    retryable: false,
    zh: '页面已过期，请刷新后重试。',
    en: 'The page is out of date. Reload and try again.',
  },
  'platform.rate-limited': {
    status: 429,
    retryable: true,
    zh: '请求过于频繁，请按 Retry-After 稍后再试。',
    en: 'Too many requests. Wait as Retry-After says.',
  },
  'platform.idempotency-key-missing': {
    status: 400,
    retryable: false,
    zh: '缺少 Idempotency-Key 请求头。',
    en: 'The Idempotency-Key header is missing.',
  },
  'platform.idempotency-key-reused': {
    status: 409,
    retryable: false,
    zh: '同一 Idempotency-Key 已用于另一个请求，请换新的键。',
    en: 'This Idempotency-Key was used for a different request. Use a new one.',
  },
  'platform.request-in-progress': {
    status: 409,
    retryable: true,
    zh: '相同请求正在处理，请稍后重试。',
    en: 'The same request is being worked on. Try again shortly.',
  },
  'platform.overloaded': {
    status: 503,
    retryable: true,
    zh: '系统繁忙，请稍后重试。',
    en: 'The service is busy. Try again shortly.',
  },
  'platform.storage-unavailable': {
    status: 503,
    retryable: true,
    zh: '存储空间已满或不可写，本次未保存。已签的内容不会丢失，恢复后请重试。',
    en: 'Storage is full or cannot be written; this was not kept. Nothing signed is lost. Try again once it is back.',
  },
  'platform.internal': {
    status: 500,
    retryable: true,
    zh: '系统内部错误，已记录。请凭 traceId 联系运维。',
    en: 'Internal error, recorded. Quote the traceId to operations.',
  },

  'phone.signature-invalid': {
    status: 401,
    retryable: false,
    zh: '手机请求签名无效。请在本机重新打开应用。',
    en: 'The phone’s request signature is not valid. Open the app again on this phone.',
  },
  'phone.request-unsigned': {
    status: 401,
    retryable: false,
    zh: '手机请求没有签名。',
    en: 'The phone’s request is not signed.',
  },
  'phone.clock-skew': {
    status: 401,
    retryable: true,
    zh: '手机时间与服务器相差超过 5 分钟，请校准时间。',
    en: 'The phone’s clock is more than five minutes off. Correct it.',
  },
  'phone.request-replayed': {
    status: 409,
    retryable: false,
    zh: '该请求已经收到过，未再次执行。',
    en: 'This request was received before and was not carried out again.',
  },
  'phone.device-unknown': {
    status: 401,
    retryable: false,
    zh: '这台手机没有登记，请重新申请证书。',
    en: 'This phone is not registered. Apply for a certificate again.',
  },
  'phone.device-retired': {
    status: 403,
    retryable: false,
    zh: '这台手机已停用，请在新手机上操作。',
    en: 'This phone has been retired. Use the new one.',
  },

  'accounts.invitation-unknown': {
    status: 404,
    retryable: false,
    zh: '邀请链接无效、已使用或已过期，请联系管理员重新发送。',
    en: 'The invitation is unknown, used or expired. Ask for a new one.',
  },
  'accounts.reset-unknown': {
    status: 404,
    retryable: false,
    zh: '重设链接无效、已使用或已过期，请联系管理员重新生成。',
    en: 'The reset link is unknown, used or expired. Ask for a new one.',
  },
  'accounts.login-taken': {
    status: 409,
    retryable: false,
    zh: '登录名已被使用，请换一个。',
    en: 'That login name is taken. Choose another.',
  },
  'accounts.password-weak': {
    status: 422,
    retryable: false,
    zh: '密码过于简单，至少 12 位且不要用常见词。',
    en: 'The password is too weak: at least 12 characters and no common words.',
  },
  'accounts.sign-in-failed': {
    status: 401,
    retryable: false,
    zh: '登录名或密码不正确。',
    en: 'Login name or password is not right.',
  },
  'accounts.sign-in-throttled': {
    status: 429,
    retryable: true,
    zh: '尝试次数过多，请稍后再登录。',
    en: 'Too many attempts. Sign in again later.',
  },
  'accounts.passkey-invalid': {
    status: 422,
    retryable: false,
    zh: '通行密钥未通过校验，请重试。',
    en: 'The passkey could not be verified. Try again.',
  },
  'accounts.centre-code-taken': {
    status: 409,
    retryable: false,
    zh: '社康代码已存在。',
    en: 'That centre code is taken.',
  },
  'accounts.centre-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个社康。',
    en: 'There is no such centre.',
  },
  'accounts.centre-closed': {
    status: 409,
    retryable: false,
    zh: '该社康已停用，请先恢复。',
    en: 'That centre is closed. Reopen it first.',
  },
  'accounts.id-number-invalid': {
    status: 422,
    retryable: false,
    zh: '身份证号校验不通过，请核对。',
    en: 'The ID number’s check digit is wrong. Check it.',
  },
  'accounts.person-exists': {
    status: 409,
    retryable: false,
    zh: '此人已在该社康登记。',
    en: 'This person is already registered at the centre.',
  },
  'accounts.staff-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个工作人员。',
    en: 'There is no such member of staff.',
  },
  'accounts.last-administrator': {
    status: 409,
    retryable: false,
    zh: '这是最后一位在用的区管理员，请先任命另一位。',
    en: 'This is the last district administrator in office. Appoint another first.',
  },
  'accounts.role-needs-district': {
    status: 422,
    retryable: false,
    zh: '区管理员面向全区，不能限定社康。',
    en: 'A district administrator serves the whole district, not one centre.',
  },
  'accounts.person-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个人员。',
    en: 'There is no such person.',
  },
  'accounts.person-needs-district': {
    status: 403,
    retryable: false,
    zh: '此人还在其他社康任职，更正姓名或更换手机号请联系区管理员。',
    en: 'This person also works at another centre. Ask the district administrator to correct the name or change the mobile.',
  },
  'accounts.membership-unknown': {
    status: 404,
    retryable: false,
    zh: '此人不在该社康任职。',
    en: 'This person does not work at that centre.',
  },
  'accounts.name-differs': {
    status: 409,
    retryable: false,
    zh: '该身份证号已以另一姓名登记，请核对身份证；确有错误时先更正姓名。',
    en: 'This ID number is registered under another name. Check the ID card; if the record is wrong, correct it first.',
  },
  'accounts.mobile-differs': {
    status: 409,
    retryable: false,
    zh: '此人已以另一手机号登记，请先核对本人并更换手机号。',
    en: 'This person is registered with another mobile. Check with the person and change the mobile first.',
  },
  'accounts.application-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个应用。',
    en: 'There is no such application.',
  },

  'enrollment.centre-unknown': {
    status: 404,
    retryable: false,
    zh: '社康代码不存在或已停用，请向社康核对。',
    en: 'No open centre has this code. Ask your centre.',
  },
  'enrollment.id-number-invalid': {
    status: 422,
    retryable: false,
    zh: '身份证号校验不通过，请核对。',
    en: 'The ID number’s check digit is wrong. Check it.',
  },
  'enrollment.unknown': {
    status: 404,
    retryable: false,
    zh: '没有这份申请。',
    en: 'There is no such application.',
  },
  'enrollment.wrong-state': {
    status: 409,
    retryable: false,
    zh: '申请当前的状态不允许这一步，请刷新。',
    en: 'The application is not at this step. Refresh.',
  },
  'enrollment.code-wrong': {
    status: 422,
    retryable: false,
    zh: '验证码不正确，请核对最新一条短信。',
    en: 'The code is wrong. Check the newest message.',
  },
  'enrollment.code-expired': {
    status: 410,
    retryable: false,
    zh: '验证码已过期，请重新获取。',
    en: 'The code has expired. Ask for a new one.',
  },
  'enrollment.code-exhausted': {
    status: 429,
    retryable: false,
    zh: '验证码输错次数过多，请重新获取。',
    en: 'Too many wrong codes. Ask for a new one.',
  },
  'enrollment.resend-too-soon': {
    status: 429,
    retryable: true,
    zh: '刚刚发送过，请一分钟后再试。',
    en: 'A code was just sent. Try again in a minute.',
  },

  'keys.session-lost': {
    status: 409,
    retryable: true,
    zh: '密钥生成会话已失效，请重新开始这一步。',
    en: 'The key session is gone. Begin this step again.',
  },
  'keys.proof-invalid': {
    status: 422,
    retryable: false,
    zh: '密钥份额证明无效，未生成密钥。',
    en: 'The proof of the key share is not valid; no key was made.',
  },
  'keys.pin-wrong': {
    status: 422,
    retryable: false,
    zh: 'PIN 不正确。',
    en: 'The PIN is not right.',
  },
  'keys.pin-exhausted': {
    status: 423,
    retryable: false,
    zh: 'PIN 连续输错，密钥已停用。请到本社康重新核验身份。',
    en: 'Too many wrong PINs: the key is suspended. Have your identity proofed again at your centre.',
  },
  'keys.suspended': {
    status: 423,
    retryable: false,
    zh: '密钥已停用，登录和签名不可用。',
    en: 'The key is suspended: no login, no signature.',
  },
  'keys.too-many-sessions': {
    status: 429,
    retryable: true,
    zh: '同时进行的签名过多，请先完成手上的签名。',
    en: 'Too many signatures under way. Finish one first.',
  },

  'certificates.unknown': {
    status: 404,
    retryable: false,
    zh: '没有这张证书。',
    en: 'There is no such certificate.',
  },
  'certificates.none': {
    status: 404,
    retryable: false,
    zh: '还没有证书。',
    en: 'There is no certificate yet.',
  },
  'certificates.wrong-state': {
    status: 409,
    retryable: false,
    zh: '证书当前状态不允许此操作，请刷新。',
    en: 'The certificate’s state does not allow this. Refresh.',
  },
  'issuance.profile-mismatch': {
    status: 422,
    retryable: false,
    zh: '申请内容不符合证书模板，未签发。',
    en: 'The request does not fit the certificate profile; nothing was issued.',
  },
  'issuance.unavailable': {
    status: 503,
    retryable: true,
    zh: '签发服务暂不可用，申请已保留，请稍后重试。',
    en: 'The issuing service is out of reach; the application is kept. Try again later.',
  },
  'issuance.key-reused': {
    status: 409,
    retryable: false,
    zh: '该密钥或密钥编号已用于另一个签发请求，未签发。请重新生成密钥。',
    en: 'This key or key id was used in another request for a certificate; nothing was issued. Make a new key.',
  },
  'issuance.list-refused': {
    status: 422,
    retryable: false,
    zh: 'CA 拒绝签发该撤销列表，详见 details；上一份列表仍然有效。',
    en: 'The CA does not sign this revocation list, see details; the last one stands.',
  },
  'issuance.peer-forbidden': {
    status: 403,
    retryable: false,
    zh: '该服务无权向 CA 请求此操作。请检查 CA 的 caPeers 配置。',
    en: 'This peer may not ask the CA for this. Check caPeers in the CA’s configuration.',
  },
  'issuance.too-many': {
    status: 429,
    retryable: true,
    zh: '一小时内的签发数量已达 CA 上限，申请已保留，请稍后重试。',
    en: 'The CA has issued as many certificates as it may in an hour; the application is kept. Try again later.',
  },

  'login.request-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个登录请求。',
    en: 'There is no such login request.',
  },
  'login.qr-unknown': {
    status: 404,
    retryable: false,
    zh: '无法识别此二维码，请扫描登录页或病历页上的二维码。',
    en: 'This code is not ours. Scan the code on the login or record page.',
  },
  'login.qr-expired': {
    status: 410,
    retryable: false,
    zh: '二维码已过期，请刷新页面后重新扫码。',
    en: 'The code has expired. Refresh the page and scan again.',
  },
  'login.already-scanned': {
    status: 409,
    retryable: false,
    zh: '此二维码已被另一台手机扫描。',
    en: 'Another phone has scanned this code.',
  },
  'login.not-a-member': {
    status: 403,
    retryable: false,
    zh: '您不属于该社康，不能登录此系统。',
    en: 'You do not belong to that centre and cannot log in there.',
  },
  'login.not-approved': {
    status: 409,
    retryable: false,
    zh: '登录尚未在手机上确认。',
    en: 'The login has not been approved on the phone.',
  },
  'login.record-invalid': {
    status: 422,
    retryable: false,
    zh: '登录记录验签不通过。',
    en: 'The login record does not verify.',
  },
  'login.record-used': {
    status: 409,
    retryable: false,
    zh: '登录记录已经使用过一次。',
    en: 'The login record has been used before.',
  },
  'login.record-expired': {
    status: 410,
    retryable: false,
    zh: '登录记录已过有效时间，请重新扫码。',
    en: 'The login record is too old. Scan again.',
  },
  'login.binding-unknown': {
    status: 404,
    retryable: false,
    zh: '此 HIS 用户尚未绑定证书持有人。',
    en: 'This HIS user is bound to nobody.',
  },
  'login.binding-taken': {
    status: 409,
    retryable: false,
    zh: '此 HIS 用户已绑定另一人，请先解绑。',
    en: 'This HIS user is bound to somebody else.',
  },

  'documents.unknown': {
    status: 404,
    retryable: false,
    zh: '没有这份文档。',
    en: 'There is no such document.',
  },
  'documents.empty': {
    status: 422,
    retryable: false,
    zh: '文档内容为空。',
    en: 'The document is empty.',
  },
  'documents.not-a-pdf': {
    status: 422,
    retryable: false,
    zh: '该文档不是 PDF，不能使用 PDF 签名。',
    en: 'This is not a PDF, so it cannot carry a PDF signature.',
  },
  'documents.page-unknown': {
    status: 422,
    retryable: false,
    zh: '签名位置所在的页不存在。',
    en: 'The page for the signature does not exist.',
  },
  'documents.pdf-malformed': {
    status: 422,
    retryable: false,
    zh: 'PDF 结构损坏，无法签名。请重新导出后提交。',
    en: 'The PDF is damaged and cannot be signed. Export it again.',
  },
  'documents.pdf-encrypted': {
    status: 422,
    retryable: false,
    zh: 'PDF 已加密，不能签名。请提交未加密的文件。',
    en: 'The PDF is encrypted and cannot be signed. Hand in one that is not.',
  },
  'documents.pdf-too-complex': {
    status: 422,
    retryable: false,
    zh: 'PDF 过于复杂，超出处理上限。',
    en: 'The PDF is beyond the limits of what is processed.',
  },
  'documents.pdf-altered-after-signing': {
    status: 422,
    retryable: false,
    zh: 'PDF 在已有签名之后被改动，不能再签。',
    en: 'The PDF was changed after a signature in it; it cannot be signed again.',
  },
  'documents.pdf-broken-signature': {
    status: 422,
    retryable: false,
    zh: 'PDF 中已有的签名域损坏，不能再签。',
    en: 'A signature field in the PDF is broken; it cannot be signed.',
  },
  'documents.pdf-dormant-objects': {
    status: 422,
    retryable: false,
    zh: 'PDF 中藏有未被引用、日后可能替换内容的对象，不能签名。请重新导出后提交。',
    en: 'The PDF hides unreferenced objects that could replace its content later; it cannot be signed. Export it again.',
  },
  'documents.pdf-dynamic-form': {
    status: 422,
    retryable: false,
    zh: 'PDF 含动态表单（XFA），显示内容不固定，不能签名。请导出为普通 PDF。',
    en: 'The PDF holds a dynamic form (XFA), so what it shows is not fixed; it cannot be signed. Export a plain PDF.',
  },
  'documents.pdf-locked': {
    status: 422,
    retryable: false,
    zh: 'PDF 的首个签名禁止再作任何改动，不能再签。',
    en: 'The first signature in the PDF forbids every change; it cannot be signed again.',
  },
  'documents.glyph-missing': {
    status: 422,
    retryable: false,
    zh: '签名外观中有字库没有的字，无法显示，未签名。',
    en: 'The signature’s appearance needs a character the font lacks; nothing was signed.',
  },

  'signing.task-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这个签名任务。',
    en: 'There is no such signing task.',
  },
  'signing.task-closed': {
    status: 409,
    retryable: false,
    zh: '任务已结束（完成、拒绝、撤回或过期）。',
    en: 'The task is over: done, refused, withdrawn or expired.',
  },
  'signing.not-the-signer': {
    status: 403,
    retryable: false,
    zh: '这份文档指定由他人签署。',
    en: 'Somebody else is to sign this.',
  },
  'signing.signer-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这位签署人，或他不属于该社康。',
    en: 'There is no such signer at this centre.',
  },
  'signing.certificate-not-valid': {
    status: 409,
    retryable: false,
    zh: '签署人没有有效证书，登录和签名已停用。',
    en: 'The signer has no valid certificate.',
  },
  'signing.digest-mismatch': {
    status: 409,
    retryable: false,
    zh: '手机看到的内容与待签内容不一致，未签名。请重新打开任务。',
    en: 'What the phone saw is not what is to be signed; nothing was signed. Open the task again.',
  },
  'signing.head-moved': {
    status: 409,
    retryable: true,
    zh: '文档刚刚被他人签署，请查看最新版本后再签。',
    en: 'Someone has just signed this document. Look at the new version and sign again.',
  },
  'signing.document-busy': {
    status: 409,
    retryable: true,
    zh: '另一位医生正在签署此文档，请稍候。',
    en: 'Another doctor is signing this document. Wait a moment.',
  },
  'signing.session-unknown': {
    status: 404,
    retryable: false,
    zh: '没有这次签名会话。',
    en: 'There is no such signing session.',
  },
  'signing.session-lost': {
    status: 409,
    retryable: true,
    zh: '签名会话已失效，未计入 PIN 次数，请重试。',
    en: 'The signing session is gone; no PIN try was counted. Try again.',
  },
  'signing.join-differs': {
    status: 409,
    retryable: false,
    zh: '同一会话收到不同的请求，已拒绝。',
    en: 'A different request came for the same session and was refused.',
  },
  'signing.signature-invalid': {
    status: 422,
    retryable: false,
    zh: '签名值无效，未保存。',
    en: 'The signature value is not valid and was not kept.',
  },
  'signing.wrong-state': {
    status: 409,
    retryable: false,
    zh: '签名会话不在这一步。',
    en: 'The signing session is not at this step.',
  },
  'signing.not-finished': {
    status: 409,
    retryable: true,
    zh: '签名尚未完成。',
    en: 'The signature is not finished yet.',
  },

  'evidence.nothing-signed': {
    status: 409,
    retryable: false,
    zh: '文档还没有签名，没有可导出的证据。',
    en: 'Nothing has been signed yet, so there is no evidence to export.',
  },
} as const satisfies Record<string, ProblemText>

export type ProblemCode = keyof typeof problems

/** The body of every refusal (RFC 9457), media type application/problem+json. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  /** Chinese text. */
  readonly detail: string
  readonly detailEn: string
  readonly retryable: boolean
  readonly traceId: string
  readonly serverTime: string
  readonly details?: Readonly<Record<string, unknown>>
}
