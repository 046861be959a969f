import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { PlatformError } from './errors.ts'
import { gatewayFault, MessageGatewaySchema } from './message-gateway.ts'

const Port = Type.Integer({ minimum: 0, maximum: 65_535 })
const PerMinute = Type.Integer({ minimum: 1 })

const CaOperation = Type.Union([
  Type.Literal('issue-certificate'),
  Type.Literal('sign-revocation-list'),
])
export type CaOperation = Static<typeof CaOperation>

/** Everything that can be configured; the names in the file, and by `variables` in the environment. */
const ConfigSchema = Type.Object(
  {
    dataFolder: Type.String({
      minLength: 1,
      default: 'data',
      description:
        '数据目录：密钥、对象、内嵌数据库 Where keys, objects and the embedded database live.',
    }),
    host: Type.String({
      minLength: 1,
      default: '127.0.0.1',
      description: '监听地址 Address to listen on.',
    }),
    port: Type.Intersect([Port], {
      default: 8080,
      description: '监听端口，0 为任意空闲端口 Port to listen on; 0 takes a free one.',
    }),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^/?#]+$',
        description:
          '手机、页面与证书所指的地址，签发后不可更改 Where phones, pages and certificates point; certificates keep it for life. Default: `http://localhost:<port>`.',
      }),
    ),
    clinicPort: Type.Intersect([Port], {
      default: 8081,
      description: '门诊示例的端口 Port of the sample clinic.',
    }),
    databaseUrl: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description:
          '外部数据库，服务角色 External PostgreSQL, as the service. Default: the embedded one.',
      }),
    ),
    ownerDatabaseUrl: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description:
          '外部数据库，迁移所用的属主角色 The same database as its owner, for migrations.',
      }),
    ),
    logLevel: Type.Union(
      [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')],
      { default: 'info', description: '日志级别 What is logged.' },
    ),
    messageGateway: Type.Optional(MessageGatewaySchema),
    trustedProxies: Type.Array(Type.String(), {
      default: [],
      description:
        '可信代理的地址，其 X-Forwarded-For 被采信 Addresses of proxies whose X-Forwarded-For is believed; in the environment separated by commas.',
    }),
    publicPerMinute: Type.Intersect([PerMinute], {
      default: 600,
      description:
        '每个地址每分钟的未认证请求 Requests a minute of one address without, or with wrong, credentials.',
    }),
    personPerMinute: Type.Intersect([PerMinute], {
      default: 600,
      description:
        '每台手机或每位工作人员每分钟的请求 Requests a minute of one phone or member of staff.',
    }),
    applicationPerMinute: Type.Intersect([PerMinute], {
      default: 12_000,
      description: '每个应用每分钟的请求 Requests a minute of one program.',
    }),
    caUrl: Type.Optional(
      Type.String({
        pattern: '^https://[^/?#]+$',
        description:
          'CA 进程的地址；不设则在本进程内签发 Where a CA process of its own answers. Default: the issuer key is opened in this process.',
      }),
    ),
    caHost: Type.String({
      minLength: 1,
      default: '127.0.0.1',
      description: '角色 ca 的监听地址 Address role `ca` listens on.',
    }),
    caPort: Type.Intersect([Port], {
      default: 8443,
      description: '角色 ca 的监听端口 Port of role `ca`.',
    }),
    caPeers: Type.Record(Type.String({ minLength: 1, maxLength: 64 }), Type.Array(CaOperation), {
      default: { 'yunqian-platform': ['issue-certificate', 'sign-revocation-list'] },
      description:
        '角色 ca 的对端（客户端证书名）及其可请求的操作 Peers of role `ca` by the name in their certificate, and what each may ask; in the environment `name:operation+operation,…`.',
    }),
    caIssuesPerHour: Type.Integer({
      minimum: 1,
      default: 1_000,
      description: 'CA 每小时最多签发的证书 Certificates the CA issues in an hour at most.',
    }),
  },
  { additionalProperties: false },
)

type Settings = Static<typeof ConfigSchema>

export interface Config extends Settings {
  /** Where phones, pages and certificates point, without a slash at the end. */
  readonly publicUrl: string
  readonly keysFolder: string
  readonly objectsFolder: string
  readonly postgresFolder: string
}

/** Environment variable → setting. */
const variables: Readonly<Record<string, keyof Settings>> = {
  YUNQIAN_DATA: 'dataFolder',
  YUNQIAN_HOST: 'host',
  YUNQIAN_PORT: 'port',
  YUNQIAN_PUBLIC_URL: 'publicUrl',
  YUNQIAN_CLINIC_PORT: 'clinicPort',
  DATABASE_URL: 'databaseUrl',
  OWNER_DATABASE_URL: 'ownerDatabaseUrl',
  YUNQIAN_LOG_LEVEL: 'logLevel',
  YUNQIAN_MESSAGE_GATEWAY: 'messageGateway',
  YUNQIAN_TRUSTED_PROXIES: 'trustedProxies',
  YUNQIAN_PUBLIC_PER_MINUTE: 'publicPerMinute',
  YUNQIAN_PERSON_PER_MINUTE: 'personPerMinute',
  YUNQIAN_APPLICATION_PER_MINUTE: 'applicationPerMinute',
  YUNQIAN_CA_URL: 'caUrl',
  YUNQIAN_CA_HOST: 'caHost',
  YUNQIAN_CA_PORT: 'caPort',
  YUNQIAN_CA_PEERS: 'caPeers',
  YUNQIAN_CA_ISSUES_PER_HOUR: 'caIssuesPerHour',
}

/** What can be set, in the schema's order; for the page that explains it. */
export function configSettings(): readonly {
  readonly name: string
  readonly variable: string
  readonly fallback: unknown
  readonly description: string
}[] {
  const variableOf = new Map(Object.entries(variables).map(([variable, name]) => [name, variable]))
  return Object.entries(ConfigSchema.properties).map(([name, schema]) => {
    const { default: fallback, description = '' } = schema as {
      default?: unknown
      description?: string
    }
    const variable = variableOf.get(name as keyof Settings) ?? ''
    return { name, variable, fallback, description }
  })
}

/** Reads file (`YUNQIAN_CONFIG`, JSON) and environment once; the environment wins, `overrides` win over both. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Settings> = {},
): Config {
  const file = environment['YUNQIAN_CONFIG']
  const given: Record<string, unknown> = file ? readFile(file) : {}
  for (const [variable, setting] of Object.entries(variables)) {
    const value = environment[variable]
    if (value === undefined || value === '') continue
    given[setting] = readVariable(setting, value)
  }
  const settings = Value.Default(
    ConfigSchema,
    Value.Convert(ConfigSchema, { ...given, ...overrides }),
  ) as Settings
  const check = Compile(ConfigSchema)
  if (!check.Check(settings))
    throw invalid([...check.Errors(settings)].map((e) => `${e.instancePath || '/'} ${e.message}`))
  if (!settings.databaseUrl !== !settings.ownerDatabaseUrl)
    throw invalid([
      'DATABASE_URL and OWNER_DATABASE_URL are given together: the running service must not own its tables',
    ])
  const fault = settings.messageGateway && gatewayFault(settings.messageGateway)
  if (fault) throw invalid([fault])
  const dataFolder = resolve(settings.dataFolder)
  const publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`
  return Object.freeze({
    ...settings,
    dataFolder,
    publicUrl,
    keysFolder: join(dataFolder, 'keys'),
    objectsFolder: join(dataFolder, 'objects'),
    postgresFolder: join(dataFolder, 'postgres'),
  })
}

/** `name:operation+operation,name:operation` names the CA's peers; everything else is text. */
function readVariable(setting: keyof Settings, value: string): unknown {
  if (setting === 'trustedProxies') return value.split(',')
  // Too much for a variable: it names a file.
  if (setting === 'messageGateway') return readFile(value)
  if (setting !== 'caPeers') return value
  return Object.fromEntries(
    value.split(',').map((peer) => {
      const [name = '', operations = ''] = peer.trim().split(':')
      return [name, operations.split('+')]
    }),
  )
}

function readFile(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch {
    throw invalid([`${file} cannot be read as JSON`])
  }
}

function invalid(reasons: readonly string[]): PlatformError {
  return new PlatformError(
    'platform.config-invalid',
    `configuration is not valid 配置有误:\n  ${reasons.join('\n  ')}`,
    { reasons },
  )
}
