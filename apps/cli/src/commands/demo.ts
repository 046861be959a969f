import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openLog, readConfig, startServer, usualFounding } from '@yunqian/server'
import { readCertificates, verifyAny } from '@yunqian/verify'
import { type DemoFiles, runDemo, type Step } from '../demo/run-demo.ts'
import { bundledSignatureBox } from '../demo/sample.ts'

const usage = '用法 usage: yunqian demo --out FOLDER [--in FILE.pdf]\n'
const bundledRecord = fileURLToPath(new URL('../../assets/outpatient-record.pdf', import.meta.url))

/** `yunqian demo`: the whole job on a platform of its own, the results in a folder; 0 when every step succeeded. */
export async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === undefined) {
    process.stderr.write(usage)
    return 64
  }
  const original = await readFile(options.in).catch(() => undefined)
  if (original === undefined) {
    process.stderr.write(`yunqian demo: 无法读取 cannot read ${options.in}\n`)
    return 66
  }
  const folder = await mkdtemp(join(tmpdir(), 'yunqian-demo-'))
  try {
    const appearance = options.in === bundledRecord ? bundledSignatureBox : undefined
    const files = await onFreshPlatform(folder, new Uint8Array(original), appearance)
    await write(options.out, files)
    return conclude(options.out, files)
  } catch (error) {
    process.stderr.write(
      `yunqian demo: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    return 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readOptions(args: readonly string[]): { in: string; out: string } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { in: { type: 'string' }, out: { type: 'string' } },
    })
    return values.out === undefined
      ? undefined
      : { in: values.in ?? bundledRecord, out: values.out }
  } catch {
    return undefined
  }
}

async function onFreshPlatform(
  folder: string,
  original: Uint8Array,
  appearance: typeof bundledSignatureBox | undefined,
): Promise<DemoFiles> {
  const config = readConfig({}, { dataFolder: folder, port: await freePort(), logLevel: 'warn' })
  const log = openLog(config.logLevel, join(folder, 'yunqian.log'))
  const server = await timed(
    '启动全新平台（内嵌 PostgreSQL）',
    'a fresh platform on embedded PostgreSQL',
    () => startServer({ config, log, role: 'all', founding: usualFounding }),
  )
  try {
    if (server.invitation === undefined)
      throw new Error('the platform has an administrator already')
    return await runDemo({
      baseUrl: `http://127.0.0.1:${config.port}`,
      invitationLink: server.invitation.link,
      original,
      ...(appearance ? { appearance } : {}),
      step: timed,
    })
  } finally {
    await server.stop()
  }
}

const timed: Step = async (zh, en, work) => {
  const began = performance.now()
  try {
    const result = await work()
    process.stdout.write(`  ✓ ${zh}  ${en}  ${(performance.now() - began).toFixed(0)} ms\n`)
    return result
  } catch (error) {
    process.stdout.write(`  ✗ ${zh}  ${en}\n`)
    throw error
  }
}

async function write(out: string, files: DemoFiles): Promise<void> {
  await mkdir(out, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(out, name), content)
}

/** The platform is stopped by now: the verdicts come from the files and the root alone. */
function conclude(out: string, files: DemoFiles): number {
  const bytes = (name: string): Uint8Array => {
    const content = files[name]!
    return typeof content === 'string' ? new TextEncoder().encode(content) : content
  }
  const trustAnchors = readCertificates(bytes('root.pem')) ?? []
  const now = new Date()
  const verdicts = {
    'signed.pdf': verifyAny(bytes('signed.pdf'), { trustAnchors, now }).verdict,
    'signature.p7s': verifyAny(bytes('signature.p7s'), {
      trustAnchors,
      now,
      detachedContent: bytes('original.pdf'),
    }).verdict,
    'login-record.p7s': verifyAny(bytes('login-record.p7s'), { trustAnchors, now }).verdict,
    'bundle.zip': verifyAny(bytes('bundle.zip'), { trustAnchors, now }).verdict,
  }
  // Signatures that were there before lead to roots of their own, which nobody gave.
  const signedBefore = verifyAny(bytes('original.pdf'), { trustAnchors, now }).signatures.length > 0
  const holds = (verdict: string): boolean =>
    verdict === 'valid' || (signedBefore && verdict === 'indeterminate')
  for (const [name, verdict] of Object.entries(verdicts))
    process.stdout.write(
      `  ${holds(verdict) ? '✓' : '✗'} 离线验签 verified offline  ${name}: ${verdict}\n`,
    )
  if (signedBefore)
    process.stdout.write(
      '  原件已带别处的签名，其根证书未给出 the original was signed elsewhere before\n',
    )
  process.stdout.write(`结果 results: ${out}\n`)
  return Object.values(verdicts).every(holds) ? 0 : 1
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
