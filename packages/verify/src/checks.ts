/** The questions a report answers, one by one. */
export type CheckId =
  | 'container'
  | 'seal'
  | 'integrity'
  | 'signature'
  | 'certificate-binding'
  | 'algorithm'
  | 'chain'
  | 'validity'
  | 'key-usage'
  | 'revocation'
  | 'timestamp'
  | 'coverage'
  | 'later-changes'
  | 'material'
  | 'original'
  | 'log'
  | 'login-record'
  | 'consistency'

export type CheckResult = 'pass' | 'fail' | 'warn' | 'not-checked'

/** How an answer bears on the verdict: `none` informs without deciding. */
export type Weight = 'none' | 'indeterminate' | 'invalid' | 'unreadable'

interface CodeRow {
  readonly check: CheckId
  readonly result: CheckResult
  readonly weight: Weight
  readonly zh: string
  readonly en: string
}

const row = (
  check: CheckId,
  result: CheckResult,
  weight: Weight,
  zh: string,
  en: string,
): CodeRow => ({ check, result, weight, zh, en })

/** Every answer the engine can give: the one table of codes, texts and default weights. */
export const CHECK_CODES = {
  'file.unknown-kind': row(
    'container',
    'fail',
    'unreadable',
    '无法识别的文件：不是 PDF、CMS、时间戳、证书或证据包',
    'Not a file this program knows: no PDF, CMS, timestamp, certificate or evidence bundle',
  ),
  'file.malformed': row(
    'container',
    'fail',
    'unreadable',
    '文件结构损坏，无法解析',
    'The file is malformed and cannot be parsed',
  ),
  'file.encrypted': row(
    'container',
    'fail',
    'unreadable',
    '文件已加密，无法核验',
    'The file is encrypted and cannot be checked',
  ),
  'file.too-complex': row(
    'container',
    'fail',
    'unreadable',
    '文件超出处理上限',
    'The file exceeds the limits of this program',
  ),
  'file.damaged': row(
    'integrity',
    'fail',
    'invalid',
    '文件曾经签名，现已损坏或被改动',
    'The file was signed once and has been damaged or altered',
  ),
  'file.no-signature': row(
    'signature',
    'not-checked',
    'indeterminate',
    '文件中没有签名',
    'The file carries no signature',
  ),
  'file.contains-broken-signature': row(
    'signature',
    'fail',
    'invalid',
    '签名字段存在但内容被移除或损坏',
    'A signature field is there but its content was removed or is broken',
  ),

  'integrity.intact': row(
    'integrity',
    'pass',
    'none',
    '签名所覆盖的内容未被改动',
    'The signed content is unchanged',
  ),
  'integrity.altered': row(
    'integrity',
    'fail',
    'invalid',
    '内容与签名时不一致：摘要不符',
    'The content is not what was signed: its digest differs',
  ),
  'integrity.content-missing': row(
    'integrity',
    'not-checked',
    'indeterminate',
    '这是分离式签名，缺少被签原文（用 --content 提供）',
    'A detached signature without the content it signs (give it with --content)',
  ),
  'integrity.content-differs': row(
    'integrity',
    'fail',
    'invalid',
    '所给原文与签名内附原文不同',
    'The content given differs from the content inside the signature',
  ),
  'integrity.content-type-mismatch': row(
    'integrity',
    'fail',
    'invalid',
    '签名声明的内容类型与实际不符',
    'The signed content type is not the type of the content',
  ),
  'integrity.not-computed': row(
    'integrity',
    'not-checked',
    'indeterminate',
    '摘要算法不受支持，无法判断内容是否改动',
    'The digest algorithm is not supported, so the content could not be compared',
  ),

  'signature.correct': row(
    'signature',
    'pass',
    'none',
    '签名值正确',
    'The signature value is correct',
  ),
  'signature.wrong': row(
    'signature',
    'fail',
    'invalid',
    '签名值不正确',
    'The signature value is wrong',
  ),
  'signature.malformed': row(
    'signature',
    'fail',
    'invalid',
    '签名结构损坏，无法解析',
    'The signature is malformed and cannot be parsed',
  ),
  'signature.not-canonical': row(
    'signature',
    'fail',
    'invalid',
    '签名编码含有不属于签名的数据',
    'The signature carries bytes that do not belong to it',
  ),
  'signature.ber-encoded': row(
    'signature',
    'warn',
    'none',
    '签名采用 BER 编码，已换算为 DER 后核验',
    'The signature came in BER and was judged after re-encoding it as DER',
  ),
  'signature.irregular': row(
    'signature',
    'not-checked',
    'indeterminate',
    '签名结构的写法不合标准，不能排除被改动',
    'The signature is written otherwise than its standard says and may have been altered',
  ),
  'signature.form-unsupported': row(
    'signature',
    'not-checked',
    'indeterminate',
    '不支持这种旧式签名格式',
    'A signature of an obsolete form that this program does not judge',
  ),
  'signature.unsigned-attributes': row(
    'signature',
    'not-checked',
    'indeterminate',
    '签名旁附有无法判断的未签名属性',
    'Unsigned attributes beside the signature are none this program judges',
  ),
  'signature.no-signer': row(
    'signature',
    'fail',
    'invalid',
    '签名结构中没有签名者',
    'The signature structure names no signer',
  ),
  'signature.certificate-missing': row(
    'signature',
    'not-checked',
    'indeterminate',
    '找不到签名者证书',
    "The signer's certificate was not found",
  ),

  'binding.bound': row(
    'certificate-binding',
    'pass',
    'none',
    '签名绑定了这张证书',
    'The signature is bound to this very certificate',
  ),
  'binding.absent': row(
    'certificate-binding',
    'warn',
    'none',
    '签名未绑定证书（缺少 signing-certificate 属性）',
    'The signature is not bound to its certificate (no signing-certificate attribute)',
  ),
  'binding.other-certificate': row(
    'certificate-binding',
    'fail',
    'invalid',
    '签名绑定的是另一张证书',
    'The signature is bound to another certificate',
  ),

  'algorithm.accepted': row(
    'algorithm',
    'pass',
    'none',
    '算法与密钥长度可接受',
    'Algorithm and key size are acceptable',
  ),
  'algorithm.unsupported': row(
    'algorithm',
    'not-checked',
    'indeterminate',
    '不支持的签名算法',
    'The signature algorithm is not supported',
  ),
  'algorithm.weak': row(
    'algorithm',
    'fail',
    'indeterminate',
    '密钥过短，不足以作为证据',
    'The key is too short to be evidence',
  ),
  'algorithm.weak-digest': row(
    'algorithm',
    'fail',
    'indeterminate',
    '签名依赖 SHA-1，已不足以作为证据',
    'The signature rests on SHA-1, which is no evidence any more',
  ),

  'chain.trusted': row(
    'chain',
    'pass',
    'none',
    '证书链通向您信任的根',
    'The certificate leads to an anchor you trust',
  ),
  'chain.no-trust-anchor': row(
    'chain',
    'not-checked',
    'indeterminate',
    '未提供信任的根证书（用 --trust 提供）',
    'No trust anchor was given (give one with --trust)',
  ),
  'chain.no-path': row(
    'chain',
    'not-checked',
    'indeterminate',
    '证书不通向所给的任何信任根',
    'The certificate leads to none of the anchors given',
  ),
  'chain.other-anchor': row(
    'chain',
    'not-checked',
    'indeterminate',
    '所给的证书与签发者同名，却不是同一个密钥；可能属于另一套系统',
    'What was given has the name of the issuer and not its key; it may belong to another installation',
  ),
  'chain.undecided': row(
    'chain',
    'not-checked',
    'indeterminate',
    '证书链上有证书已过期，或算法不受支持、已不可靠',
    'A certificate of the chain is out of its validity or uses an unsupported or weak algorithm',
  ),
  'chain.broken': row(
    'chain',
    'fail',
    'invalid',
    '证书链上有不合格的一环',
    'A link of the certificate chain is not sound',
  ),

  'validity.within': row(
    'validity',
    'pass',
    'none',
    '签名时证书在有效期内',
    'The certificate was within its validity at the proven time',
  ),
  'validity.expired': row(
    'validity',
    'fail',
    'indeterminate',
    '在可证明的时间，证书已过期',
    'At the proven time the certificate had expired',
  ),
  'validity.not-yet': row(
    'validity',
    'fail',
    'indeterminate',
    '在可证明的时间，证书尚未生效',
    'At the proven time the certificate was not yet valid',
  ),
  'validity.after-validation-time': row(
    'validity',
    'fail',
    'indeterminate',
    '签名晚于所选的核验时间',
    'The signature was made after the chosen validation time',
  ),

  'key-usage.permitted': row(
    'key-usage',
    'pass',
    'none',
    '证书用途允许这种签名',
    'The certificate permits this kind of signature',
  ),
  'key-usage.not-permitted': row(
    'key-usage',
    'fail',
    'invalid',
    '证书用途不允许这种签名',
    'The certificate does not permit this kind of signature',
  ),

  'revocation.good': row(
    'revocation',
    'pass',
    'none',
    '签名时证书未被撤销',
    'The certificate was not revoked when it signed',
  ),
  'revocation.revoked-later': row(
    'revocation',
    'pass',
    'none',
    '证书在签名之后才被撤销',
    'The certificate was revoked only after it signed',
  ),
  'revocation.revoked': row(
    'revocation',
    'fail',
    'invalid',
    '签名时证书已被撤销',
    'The certificate had been revoked when it signed',
  ),
  'revocation.suspended': row(
    'revocation',
    'fail',
    'invalid',
    '签名时证书已挂失停用',
    'The certificate was suspended when it signed',
  ),
  'revocation.revoked-no-proven-time': row(
    'revocation',
    'fail',
    'invalid',
    '证书已被撤销，且没有可信时间戳证明签名在先',
    'The certificate is revoked and no trusted timestamp proves the signature came first',
  ),
  'revocation.none-published': row(
    'revocation',
    'warn',
    'none',
    '签发者未公布撤销状态',
    'The issuer publishes no revocation status',
  ),
  'revocation.missing': row(
    'revocation',
    'not-checked',
    'indeterminate',
    '缺少撤销状态（OCSP 或 CRL）',
    'Revocation status (OCSP or CRL) is missing',
  ),
  'revocation.before-signing': row(
    'revocation',
    'not-checked',
    'indeterminate',
    '撤销状态早于签名，不能说明签名之时',
    'The revocation status is older than the signature and says nothing about it',
  ),
  'revocation.stale': row(
    'revocation',
    'not-checked',
    'indeterminate',
    '撤销状态已过时',
    'The revocation status is out of date',
  ),
  'revocation.unknown': row(
    'revocation',
    'not-checked',
    'indeterminate',
    '签发者不认识这张证书',
    'The issuer does not know this certificate',
  ),
  'revocation.not-applicable': row(
    'revocation',
    'not-checked',
    'none',
    '证书链未成立，未检查撤销状态',
    'Not checked, as the chain does not stand',
  ),
  'revocation.not-checked-for-service': row(
    'revocation',
    'warn',
    'none',
    '未附该服务证书的撤销状态',
    'No revocation status of this service certificate is enclosed',
  ),

  'timestamp.trusted': row(
    'timestamp',
    'pass',
    'none',
    '可信时间戳证明了时间',
    'A trusted timestamp proves the time',
  ),
  'timestamp.absent': row(
    'timestamp',
    'warn',
    'none',
    '没有时间戳，时间只是签名者自述',
    "No timestamp: the time is only the signer's claim",
  ),
  'timestamp.altered': row(
    'timestamp',
    'fail',
    'invalid',
    '时间戳不是对这份内容所加，或已被改动',
    'The timestamp is not over this content, or was altered',
  ),
  'timestamp.wrong': row(
    'timestamp',
    'fail',
    'invalid',
    '时间戳的签名不正确',
    "The timestamp's signature is wrong",
  ),
  'timestamp.malformed': row(
    'timestamp',
    'fail',
    'invalid',
    '时间戳损坏，无法解析',
    'The timestamp is malformed',
  ),
  'timestamp.not-a-tsa': row(
    'timestamp',
    'fail',
    'invalid',
    '签发时间戳的证书不是时间戳证书',
    'The timestamp was not made with a time-stamping certificate',
  ),
  'timestamp.untrusted': row(
    'timestamp',
    'not-checked',
    'indeterminate',
    '时间戳证书不通向您信任的根',
    'The timestamp leads to no anchor you trust',
  ),
  'timestamp.undecided': row(
    'timestamp',
    'not-checked',
    'indeterminate',
    '时间戳所用算法或其证书链无法认定',
    "The timestamp's algorithm or certificate chain could not be judged",
  ),
  'timestamp.expired': row(
    'timestamp',
    'not-checked',
    'indeterminate',
    '时间戳证书已不在有效期内',
    'The time-stamping certificate is no longer, or not yet, valid',
  ),
  'timestamp.revoked': row(
    'timestamp',
    'fail',
    'invalid',
    '时间戳证书已被撤销',
    'The time-stamping certificate is revoked',
  ),
  'timestamp.refused': row(
    'timestamp',
    'fail',
    'invalid',
    '时间戳服务拒绝了请求',
    'The time-stamping authority refused the request',
  ),
  'timestamp.content-missing': row(
    'timestamp',
    'not-checked',
    'indeterminate',
    '缺少被加时间戳的原文（用 --content 提供）',
    'The time-stamped content is missing (give it with --content)',
  ),

  'coverage.whole-file': row(
    'coverage',
    'pass',
    'none',
    '签名覆盖整个文件',
    'The signature covers the whole file',
  ),
  'coverage.earlier-revision': row(
    'coverage',
    'pass',
    'none',
    '签名覆盖其所在版本，之后的内容另行检查',
    'The signature covers its revision; what follows is judged separately',
  ),
  'coverage.whole-content': row(
    'coverage',
    'pass',
    'none',
    '签名覆盖全部内容',
    'The signature covers the whole content',
  ),
  'coverage.broken': row(
    'coverage',
    'fail',
    'invalid',
    '签名覆盖范围不合规',
    'The range the signature covers is not sound',
  ),

  'changes.none': row(
    'later-changes',
    'pass',
    'none',
    '签名之后没有改动',
    'Nothing was changed after signing',
  ),
  'changes.permitted': row(
    'later-changes',
    'pass',
    'none',
    '签名之后只有允许的追加（其他签名、时间戳、验证材料）',
    'After signing only permitted additions: other signatures, timestamps, validation material',
  ),
  'changes.forbidden': row(
    'later-changes',
    'fail',
    'invalid',
    '签名之后文件被改动',
    'The file was changed after signing',
  ),

  'material.sound': row(
    'material',
    'pass',
    'none',
    '随附的证书与状态材料完好',
    'The enclosed certificates and status material are sound',
  ),
  'material.broken': row(
    'material',
    'fail',
    'invalid',
    '随附的证书或状态材料已损坏或被改动',
    'Enclosed certificates or status material are broken or altered',
  ),
  'material.irregular': row(
    'material',
    'not-checked',
    'indeterminate',
    '签名之后的验证材料写法异常，可能被改动',
    'What follows the signature is written irregularly and may have been altered',
  ),
  'material.stray': row(
    'material',
    'not-checked',
    'indeterminate',
    '随附材料中有不通向信任根的内容',
    'Enclosed material includes something that leads to no trusted anchor',
  ),

  'original.equal': row(
    'original',
    'pass',
    'none',
    '可提取签名前的原文，现在显示的与原文一致',
    'The original was extracted; what is shown now equals it',
  ),
  // What was signed is judged by the signature, and what came after by the changes: a signer may fill in and sign at once.
  'original.differs': row(
    'original',
    'warn',
    'none',
    '现在显示的与首个签名之前的文件不一致：签名时一并改动了内容',
    'What is shown now differs from the file before the first signature: signing it changed it too',
  ),
  'original.not-extractable': row(
    'original',
    'not-checked',
    'none',
    '无法提取签名前的原文',
    'The original could not be extracted',
  ),

  'bundle.malformed': row(
    'container',
    'fail',
    'unreadable',
    '证据包结构损坏或被改动',
    'The bundle is malformed or was altered',
  ),
  'bundle.complete': row(
    'container',
    'pass',
    'none',
    '包内文件与清单逐一相符',
    'Every file is as the manifest lists it',
  ),
  'bundle.differs': row(
    'container',
    'fail',
    'invalid',
    '包内文件与清单不符',
    'A file is not as the manifest lists it',
  ),
  'bundle.part-missing': row(
    'container',
    'fail',
    'invalid',
    '证据包缺少必需的文件',
    'The bundle lacks a file it must have',
  ),
  'seal.sound': row(
    'seal',
    'pass',
    'none',
    '清单由出证密钥签署',
    'The manifest is sealed by a report-seal key',
  ),
  'seal.wrong': row(
    'seal',
    'fail',
    'invalid',
    '清单签章不正确',
    'The seal on the manifest is wrong',
  ),
  'seal.undecided': row(
    'seal',
    'not-checked',
    'indeterminate',
    '清单签章无法认定',
    'The seal on the manifest could not be decided',
  ),

  'log.included': row(
    'log',
    'pass',
    'none',
    '每条存证事件都在日志的两棵哈希树中',
    'Every event is in both hash trees of the log',
  ),
  'log.not-included': row(
    'log',
    'fail',
    'invalid',
    '存证事件与日志检查点不符',
    'An event does not fit the signed checkpoint',
  ),
  'log.malformed': row('log', 'fail', 'invalid', '存证日志部分损坏', 'The log part is malformed'),
  'log.checkpoint-sound': row(
    'log',
    'pass',
    'none',
    '日志检查点由日志密钥签署',
    'The checkpoint is signed by a log key',
  ),
  'log.checkpoint-wrong': row(
    'log',
    'fail',
    'invalid',
    '日志检查点签名不正确',
    'The checkpoint is not rightly signed',
  ),
  'log.checkpoint-undecided': row(
    'log',
    'not-checked',
    'indeterminate',
    '日志检查点签名无法认定',
    "The checkpoint's signature could not be decided",
  ),
  'log.document-named': row(
    'consistency',
    'pass',
    'none',
    '日志记载了这份文件的摘要',
    'The log names the digest of this document',
  ),
  'log.document-not-named': row(
    'consistency',
    'fail',
    'invalid',
    '日志没有记载这份文件',
    'The log does not name this document',
  ),

  'login-record.sound': row(
    'login-record',
    'pass',
    'none',
    '登录记录的签名有效',
    'The login record is rightly signed',
  ),
  'login-record.wrong': row(
    'login-record',
    'fail',
    'invalid',
    '登录记录的签名无效',
    "The login record's signature is wrong",
  ),
  'login-record.undecided': row(
    'login-record',
    'not-checked',
    'indeterminate',
    '登录记录无法认定',
    'The login record could not be decided',
  ),

  'consistency.original-same': row(
    'consistency',
    'pass',
    'none',
    '包内原文就是签名文件所含的原文',
    'The original enclosed is the one inside the signed file',
  ),
  'consistency.original-other': row(
    'consistency',
    'fail',
    'invalid',
    '包内原文与签名文件所含原文不同',
    'The original enclosed is not the one inside the signed file',
  ),
  'consistency.original-altered': row(
    'consistency',
    'fail',
    'invalid',
    '已签文件显示的内容与所附原文不一致',
    'What the signed file shows differs from the original it was made of',
  ),
  'consistency.report-agrees': row(
    'consistency',
    'pass',
    'none',
    '重新核验的结论与随附报告一致',
    'Checking again gives the verdict of the enclosed report',
  ),
  'consistency.report-disagrees': row(
    'consistency',
    'warn',
    'none',
    '重新核验的结论与随附报告不同',
    'Checking again gives another verdict than the enclosed report',
  ),
} as const satisfies Record<string, CodeRow>

export type CheckCode = keyof typeof CHECK_CODES
