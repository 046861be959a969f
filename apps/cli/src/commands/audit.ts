import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { auditPlatform, openLog, readConfig, type PlatformAudit } from '@yunqian/server'
import { readCertificates } from '@yunqian/verify'
import { refuse } from './refusal.ts'

type Certificates = NonNullable<ReturnType<typeof readCertificates>>

/** `yunqian audit [--trust PEM…] [--data FOLDER] [--json]`: exit 0 clean, 1 with findings. */
export async function run(args: readonly string[]): Promise<number> {
  const asked = readOptions(args)
  if (!asked) {
    process.stderr.write('用法 usage: yunqian audit [--trust PEM]… [--data FOLDER] [--json]\n')
    return 64
  }
  try {
    const config = readConfig(process.env, asked.data ? { dataFolder: asked.data } : {})
    const result = await auditPlatform(config, openLog('error'), asked.trust)
    process.stdout.write(asked.json ? `${JSON.stringify(result, null, 2)}\n` : describe(result))
    return result.findings.length === 0 ? 0 : 1
  } catch (error) {
    return refuse(error)
  }
}

function readOptions(
  args: readonly string[],
): { trust: Certificates; data: string | undefined; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        trust: { type: 'string', multiple: true, default: [] },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const trust = values.trust.flatMap((file) => {
      const found = readCertificates(new Uint8Array(readFileSync(file)))
      if (!found || found.length === 0) throw new TypeError('no certificate')
      return [...found]
    })
    return { trust, data: values.data, json: values.json }
  } catch {
    return undefined
  }
}

function describe({ findings, tenants, events, checkpoints }: PlatformAudit): string {
  const lines = [
    '',
    `  区 districts ${tenants} · 存证事件 events ${events} · 检查点 checkpoints ${checkpoints}`,
    '',
    ...(findings.length === 0
      ? ['  ✓ 审计通过，未发现问题。 The audit found nothing wrong.']
      : [`  ✗ 发现 ${findings.length} 个问题。 ${findings.length} finding(s).`]),
  ]
  for (const { code, zh, en, tenantId, details } of findings) {
    const detail = Object.entries(details).map(([key, value]) => `${key}=${value}`)
    lines.push(`    ✗ ${zh} ${en} [${code}]`, `      ${tenantId} ${detail.join(' ')}`)
  }
  return `${[...lines, ''].join('\n')}\n`
}
