import type { ChangeReport, Report, SignatureReport } from '@yunqian/verify'

interface Words {
  readonly zh: string
  readonly en: string
}

/** What happened, as one would say it to a doctor; `{who}` is the later signer. */
const words: Record<ChangeReport['kind'], Words> = {
  'signature-added': { zh: '{who}又签了名。', en: '{who} signed as well.' },
  'doc-timestamp': {
    zh: '加盖了时间戳，证明文件在那时已经存在。',
    en: 'A timestamp was added; it proves that the file existed then.',
  },
  'signature-field-added': {
    zh: '留出了一个还没有签的签名位置。',
    en: 'A place for a further signature was prepared; nobody has signed there.',
  },
  dss: {
    zh: '存入了日后验签要用的证书和状态证明，页面不受影响。',
    en: 'Certificates and status proofs for later checks were stored; no page is affected.',
  },
  metadata: {
    zh: '更新了文件属性（如修改时间），页面不受影响。',
    en: 'File properties such as the time of saving were updated; no page is affected.',
  },
  'form-filled': {
    zh: '填写或改写了表单里的内容。',
    en: 'Something in a form was filled in or changed.',
  },
  'form-changed': { zh: '改动了表单本身。', en: 'The form itself was changed.' },
  annotation: {
    zh: '加了、改了或删了批注、图章一类的东西，可能盖住原来的内容。',
    en: 'A note, stamp or the like was added, changed or removed; it may cover what was there.',
  },
  'page-content': {
    zh: '页面上的文字或图像被改过。',
    en: 'Text or pictures on a page were changed.',
  },
  'page-tree': { zh: '页面被增加、删除或调换。', en: 'Pages were added, removed or exchanged.' },
  catalog: {
    zh: '改动了整份文件的设置，可能影响显示。',
    en: 'Settings of the whole file were changed; they may affect what is shown.',
  },
  'signature-altered': {
    zh: '动过已经签好的签名。',
    en: 'A signature that was there was touched.',
  },
  'cross-reference': {
    zh: '把签名之前就藏在文件里的内容换到了台前。',
    en: 'Content hidden in the file before signing was brought to the front.',
  },
  'hidden-bytes': {
    zh: '追加的部分藏有文件目录里没有登记的数据。',
    en: 'The added part hides data that the file’s own index does not list.',
  },
  unreferenced: {
    zh: '追加了没有被任何地方用到的内容，页面不受影响。',
    en: 'Content that nothing uses was added; no page is affected.',
  },
  'trailing-bytes': {
    zh: '文件末尾被接上了多余的数据。',
    en: 'Data was appended behind the end of the file.',
  },
  unreadable: {
    zh: '追加的部分无法读懂，不能判断改了什么。',
    en: 'The added part cannot be read, so what it changed cannot be said.',
  },
  unknown: {
    zh: '增加或改动了用途不明的内容。',
    en: 'Content of unknown purpose was added or changed.',
  },
}

/** Changes of one kind on the same pages, told once. */
export interface ToldChange extends Words {
  readonly allowed: boolean
  readonly pages: readonly number[]
  /** What exactly was found, for whoever wants to know. */
  readonly details: readonly ChangeReport[]
}

/** What changed since a signature: what is not allowed first. */
export function tellChanges(signature: SignatureReport, report: Report): ToldChange[] {
  const told = new Map<string, ToldChange>()
  for (const change of signature.changesSince) {
    const who = laterSigner(change, report)
    const key = JSON.stringify([change.kind, change.allowed, change.pages, who.zh])
    const known = told.get(key)
    const { zh, en } = words[change.kind]
    told.set(key, {
      allowed: change.allowed,
      pages: change.pages,
      zh: zh.replace('{who}', who.zh),
      en: en.replace('{who}', who.en),
      details: [...(known?.details ?? []), change],
    })
  }
  return [...told.values()].sort((a, b) => Number(a.allowed) - Number(b.allowed))
}

// A field name may be anything; the signature that covers the revision says who it was.
function laterSigner({ kind, revision }: ChangeReport, report: Report): Words {
  if (kind !== 'signature-added') return { zh: '', en: '' }
  const found = report.signatures.find((other) => other.coverage?.revision === revision)
  const name = found?.signer?.name
  return name === undefined ? { zh: '另有人', en: 'Someone else' } : { zh: name, en: name }
}
