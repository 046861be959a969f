/** What a later revision did. Everything is forbidden unless a rule clears it (`allowed`). */
export type ChangeKind =
  | 'signature-added'
  | 'doc-timestamp'
  | 'signature-field-added'
  | 'dss'
  | 'metadata'
  | 'form-filled'
  | 'form-changed'
  | 'annotation'
  | 'page-content'
  | 'page-tree'
  | 'catalog'
  | 'signature-altered'
  | 'cross-reference'
  | 'hidden-bytes'
  | 'unreferenced'
  | 'trailing-bytes'
  | 'unreadable'
  | 'unknown'

export interface Change {
  readonly kind: ChangeKind
  readonly allowed: boolean
  readonly revisionIndex: number
  readonly objectNumber: number | undefined
  readonly description: { readonly zh: string; readonly en: string }
}

interface Text {
  readonly zh: string
  readonly en: string
}

const texts: Readonly<Record<ChangeKind, Text>> = {
  'signature-added': { zh: '追加了一个签名', en: 'A signature was added' },
  'doc-timestamp': { zh: '追加了文档时间戳', en: 'A document timestamp was added' },
  'signature-field-added': { zh: '追加了空白签名域', en: 'An empty signature field was added' },
  dss: {
    zh: '追加了验证材料（证书、状态）',
    en: 'Validation material was added (certificates, status)',
  },
  metadata: { zh: '更新了文档属性', en: 'Document properties were updated' },
  'form-filled': { zh: '填写或修改了表单内容', en: 'A form field was filled in or changed' },
  'form-changed': { zh: '修改了表单结构', en: 'The form itself was changed' },
  annotation: { zh: '增加、修改或删除了批注', en: 'An annotation was added, changed or removed' },
  'page-content': { zh: '修改了页面内容', en: 'Page content was changed' },
  'page-tree': { zh: '增加、删除或调换了页面', en: 'Pages were added, removed or exchanged' },
  catalog: { zh: '修改了文档目录设置', en: 'Document-level settings were changed' },
  'signature-altered': { zh: '改动了已有签名', en: 'An existing signature was touched' },
  'cross-reference': {
    zh: '交叉引用指向签名前就存在的隐藏内容',
    en: 'The cross-reference table was pointed at content hidden earlier',
  },
  'hidden-bytes': {
    zh: '追加部分含有未登记的数据',
    en: 'The added part holds data no table lists',
  },
  unreferenced: {
    zh: '追加了没有任何地方使用的对象',
    en: 'Objects that nothing uses were added',
  },
  'trailing-bytes': {
    zh: '文件末尾附有多余数据',
    en: 'Data was appended behind the end of the file',
  },
  unreadable: { zh: '追加部分无法解析', en: 'The added part cannot be read' },
  unknown: {
    zh: '增加或修改了用途不明的对象',
    en: 'Objects of unknown purpose were added or changed',
  },
}

/** One change with its plain text; `detail` (a field name, a reason) follows in brackets. */
export function change(
  kind: ChangeKind,
  allowed: boolean,
  revisionIndex: number,
  objectNumber?: number,
  detail?: Text,
): Change {
  const text = texts[kind]
  const description = detail
    ? { zh: `${text.zh}（${detail.zh}）`, en: `${text.en} (${detail.en})` }
    : text
  return { kind, allowed, revisionIndex, objectNumber, description }
}

export function plain(text: string): Text {
  return { zh: text, en: text }
}
