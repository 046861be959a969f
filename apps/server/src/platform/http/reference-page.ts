import { problems, type Endpoint, type PrincipalKind } from '@yunqian/api'

/** Those who write programs first. */
const chapters: readonly (readonly [PrincipalKind, string, string])[] = [
  ['application', '应用', 'Programs, with an application key'],
  ['public', '公开', 'Anyone, without login'],
  ['device', '手机', 'Phones, each request signed by the device'],
  ['staff', '管理台', 'The console, with a session'],
]

/** The interface for people to read, from the schemas that check it: one static page, nothing loaded from elsewhere. */
export function referencePage(endpoints: readonly Endpoint[], serverUrl: string): string {
  const parts = chapters.map(([principal, zh, en]) => {
    const own = endpoints.filter((endpoint) => endpoint.principal === principal)
    const list = own.map(operation).join('\n')
    return `<section><h2 id="${principal}">${zh} <span lang="en">${en}</span></h2>${list}</section>`
  })
  const contents = chapters.map(([id, zh, en]) => `<a href="#${id}">${zh} ${en}</a>`).join('')
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>云签 接口 Yunqian API</title><style>${style}</style></head>
<body><main>
<h1>云签接口 <span lang="en">Yunqian API</span></h1>
<p>地址 <code>${text(serverUrl)}</code>。机器可读：<a href="/openapi.json">OpenAPI 3.1</a>。
<span lang="en">Base address above; machine-readable as OpenAPI 3.1.</span></p>
<p>每个 <code>/v1</code> 的 POST 都带 <code>Idempotency-Key</code>；拒绝是 <code>application/problem+json</code>，按 <code>code</code> 分支。
<span lang="en">Every POST under /v1 carries an Idempotency-Key; refusals are application/problem+json, branch on code.</span></p>
<nav>${contents}</nav>
${parts.join('\n')}
</main></body></html>
`
}

function operation(endpoint: Endpoint): string {
  const { method, path, summary, operationId } = endpoint
  const answer = endpoint.replyMediaType
    ? `<h4>回答 <span lang="en">Answer</span></h4><p><code>${text(endpoint.replyMediaType)}</code></p>`
    : fields('回答', 'Answer', endpoint.reply)
  return `<details id="${operationId}"><summary><code class="${method}">${method}</code> <code>${text(path)}</code>
<span>${text(summary.zh)} <span lang="en">${text(summary.en)}</span></span></summary>
${fields('路径', 'Path', endpoint.params)}${fields('查询', 'Query', endpoint.query)}${fields('请求', 'Request', endpoint.body)}${answer}
${refusals(endpoint)}</details>`
}

interface Schema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly format?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

function fields(zh: string, en: string, schema: unknown): string {
  const rows = schema === undefined ? [] : rowsOf('', schema as Schema, true)
  if (rows.length === 0) return ''
  const body = rows.map(
    ({ name, kind, needed }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(kind)}</td><td>${needed ? '必填 <span lang="en">required</span>' : ''}</td></tr>`,
  )
  return `<h4>${zh} <span lang="en">${en}</span></h4><table>${body.join('')}</table>`
}

interface Row {
  readonly name: string
  readonly kind: string
  readonly needed: boolean
}

/** One row per member, members of members below it with their whole name. */
function rowsOf(prefix: string, schema: Schema, needed: boolean): Row[] {
  if (schema.anyOf && schema.anyOf.every((one) => one.properties))
    return schema.anyOf.flatMap((one) => rowsOf(prefix, one, false))
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`
    const required = needed && (schema.required ?? []).includes(key)
    const inner = member.items?.properties
      ? rowsOf(`${name}[]`, member.items, true)
      : rowsOf(name, member, required)
    return [{ name, kind: kindOf(member), needed: required }, ...inner]
  })
}

function kindOf(schema: Schema): string {
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kindOf))].join(' | ')
  if (schema.type === 'array') return `${kindOf(schema.items ?? {})}[]`
  const most = schema.maxLength === undefined ? '' : ` ≤ ${schema.maxLength}`
  const range =
    schema.minimum === undefined && schema.maximum === undefined
      ? ''
      : ` ${schema.minimum ?? ''}…${schema.maximum ?? ''}`
  return `${schema.format ?? schema.type ?? 'any'}${most}${range}`
}

function refusals({ problems: codes = [] }: Endpoint): string {
  if (codes.length === 0) return ''
  const rows = codes.map((code) => {
    const { status, zh, en } = problems[code]
    return `<tr><td><code>${code}</code></td><td>${status}</td><td>${text(zh)} <span lang="en">${text(en)}</span></td></tr>`
  })
  return `<h4>拒绝 <span lang="en">Refusals</span></h4><table>${rows.join('')}</table>`
}

function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `
:root{color-scheme:light dark;--ink:#14211f;--soft:#4a5a57;--line:#d9e0de;--ground:#f5f7f6;--raised:#fff;--action:#0f766e}
@media(prefers-color-scheme:dark){:root{--ink:#e8efed;--soft:#b4c2bf;--line:#2a3836;--ground:#0b1211;--raised:#16201f;--action:#4fc7b8}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.6 'PingFang SC','HarmonyOS Sans SC','Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei',system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:24px 20px 64px}h1{font-size:1.5em;margin:0 0 8px}h2{font-size:1.15em;margin:32px 0 8px}h4{margin:12px 0 4px}
[lang=en]{color:var(--soft);font-size:.92em}a{color:var(--action)}nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin-top:12px}
code{font:.88em ui-monospace,'Cascadia Mono',Menlo,monospace;overflow-wrap:anywhere}
details{margin:0 0 8px;padding:0 16px;border:1px solid var(--line);border-radius:8px;background:var(--raised)}details[open]{padding-bottom:16px}
summary{padding:10px 0;cursor:pointer}summary:focus-visible{outline:3px solid var(--action);outline-offset:2px}
summary>span{display:block;margin-left:1.1em}.GET,.POST,.PATCH,.DELETE{color:var(--action);font-weight:700}
table{width:100%;border-collapse:collapse}td{padding:4px 12px 4px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}td:first-child{width:34%}
@media print{details{break-inside:avoid}}`
