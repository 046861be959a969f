/** What `yunqian verify` was asked to do. */
export interface VerifyArguments {
  readonly file: string
  readonly content?: string
  readonly trust: readonly string[]
  readonly intermediate: readonly string[]
  readonly crl: readonly string[]
  readonly ocsp: readonly string[]
  readonly at?: Date
  readonly json: boolean
  readonly strict: boolean
  readonly language: 'zh' | 'en'
  readonly original?: string
}

const lists = ['--trust', '--intermediate', '--crl', '--ocsp'] as const
const singles = ['--content', '--at', '--lang', '--original'] as const
const switches = ['--json', '--strict'] as const

/** Reads the arguments; a string answer says what is wrong with them. */
export function readArguments(args: readonly string[]): VerifyArguments | string {
  const files: string[] = []
  const many = new Map<string, string[]>(lists.map((name) => [name, []]))
  const one = new Map<string, string>()
  const on = new Set<string>()
  let open: string[] | undefined
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string
    const list = many.get(arg)
    if (list) {
      if (args[i + 1] === undefined || isOption(args[i + 1])) return `${arg} needs a file 缺少文件`
      open = list
      list.push(args[++i] as string)
    } else if ((singles as readonly string[]).includes(arg)) {
      const value = args[++i]
      if (value === undefined || isOption(value)) return `${arg} needs a value 缺少取值`
      if (one.has(arg)) return `${arg} is given twice 重复给出`
      one.set(arg, value)
      open = undefined
    } else if ((switches as readonly string[]).includes(arg)) {
      on.add(arg)
      open = undefined
    } else if (isOption(arg)) return `unknown option 未知选项 ${arg}`
    // `--trust a.pem b.pem`: what follows the first FILE-less list belongs to it while the list is open.
    else if (open && files.length > 0) open.push(arg)
    else files.push(arg)
  }
  const [file, ...rest] = files
  if (file === undefined) return 'no file was named 未指定文件'
  if (rest.length > 0) return `one file at a time 一次只核验一个文件: ${rest[0]}`
  const language = one.get('--lang') ?? 'zh'
  if (language !== 'zh' && language !== 'en') return '--lang is zh or en'
  const at = one.get('--at')
  if (at !== undefined && !/^\d{4}-\d\d-\d\d/.test(at)) return '--at is a date like 2026-11-24'
  const date = at === undefined ? undefined : new Date(at)
  if (date && Number.isNaN(date.getTime())) return '--at is a date like 2026-11-24T08:00:00Z'
  const content = one.get('--content')
  const original = one.get('--original')
  return {
    file,
    trust: many.get('--trust') ?? [],
    intermediate: many.get('--intermediate') ?? [],
    crl: many.get('--crl') ?? [],
    ocsp: many.get('--ocsp') ?? [],
    json: on.has('--json'),
    strict: on.has('--strict'),
    language,
    ...(content === undefined ? {} : { content }),
    ...(date === undefined ? {} : { at: date }),
    ...(original === undefined ? {} : { original }),
  }
}

function isOption(arg: string | undefined): boolean {
  return arg !== undefined && arg.startsWith('--')
}

export const VERIFY_USAGE = `用法 usage: yunqian verify FILE [options]

  FILE                PDF、CMS（.p7s）、时间戳（.tsr）、证书或证据包（.zip）
  --content FILE      分离式签名或时间戳所针对的原文 the content a detached signature signs
  --trust PEM…        您信任的根证书 certificates you trust; without one the answer is indeterminate
  --intermediate PEM… 中间证书，不受信任但可用 issuing certificates, used but not trusted
  --crl FILE…         另行取得的撤销列表 revocation lists you fetched yourself
  --ocsp FILE…        另行取得的 OCSP 应答 OCSP responses you fetched yourself
  --at TIME           以此时点核验 judge as of this time, e.g. 2026-11-24T08:00:00Z
  --strict            按长期保存要求核验 require timestamps and full status
  --original FILE     把签名前的原文写到此处 write the extracted original there
  --lang zh|en        语言 language of the text (default zh, with English beside)
  --json              输出 JSON 报告 the report as JSON

退出码 exit: 0 有效 valid · 1 无效 invalid · 2 无法认定 indeterminate · 3 无法读取 unreadable
            64 用法 usage（含无法写出原文 also when the original cannot be written） · 70 内部错误 internal error
不联网，不加载任何签名代码 uses no network and loads nothing that signs.
`
