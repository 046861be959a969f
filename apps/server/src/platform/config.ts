import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { PlatformError } from './errors.ts'

const Port = Type.Integer({ minimum: 0, maximum: 65_535 })
const PerMinute = Type.Integer({ minimum: 1 })

/** Everything that can be configured; the names in the file, and by `variables` in the environment. */
export const ConfigSchema = Type.Object(
  {
    dataFolder: Type.String({ minLength: 1, default: 'data' }),
    host: Type.String({ minLength: 1, default: '127.0.0.1' }),
    port: Type.Intersect([Port], { default: 8080 }),
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://[^/?#]+$' })),
    clinicPort: Type.Intersect([Port], { default: 8081 }),
    databaseUrl: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
    ownerDatabaseUrl: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
    logLevel: Type.Union(
      [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')],
      { default: 'info' },
    ),
    trustedProxies: Type.Array(Type.String(), { default: [] }),
    publicPerMinute: Type.Intersect([PerMinute], { default: 600 }),
    personPerMinute: Type.Intersect([PerMinute], { default: 600 }),
    applicationPerMinute: Type.Intersect([PerMinute], { default: 12_000 }),
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
export const variables: Readonly<Record<string, keyof Settings>> = {
  YUNQIAN_DATA: 'dataFolder',
  YUNQIAN_HOST: 'host',
  YUNQIAN_PORT: 'port',
  YUNQIAN_PUBLIC_URL: 'publicUrl',
  YUNQIAN_CLINIC_PORT: 'clinicPort',
  DATABASE_URL: 'databaseUrl',
  OWNER_DATABASE_URL: 'ownerDatabaseUrl',
  YUNQIAN_LOG_LEVEL: 'logLevel',
  YUNQIAN_TRUSTED_PROXIES: 'trustedProxies',
  YUNQIAN_PUBLIC_PER_MINUTE: 'publicPerMinute',
  YUNQIAN_PERSON_PER_MINUTE: 'personPerMinute',
  YUNQIAN_APPLICATION_PER_MINUTE: 'applicationPerMinute',
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
    given[setting] = setting === 'trustedProxies' ? value.split(',') : value
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
