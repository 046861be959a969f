import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Phone } from '@yunqian/client'
import { readCertificates, verifyAny } from '@yunqian/verify'
import { asAdministrator, enrol, pin, startPlatform, type WholePlatform } from './platform.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = (name: string): string => readFileSync(join(root, 'docs/integration', name), 'utf8')
const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const tools = ['bash', 'curl'].filter((program) => !has(program))
if (tools.length > 0) console.warn(`SKIPPED: the integrator's page, without ${tools.join(', ')}`)
const java = has('java') && has('javac')
if (!java) console.warn('SKIPPED: the Java example, without a JDK')

interface Block {
  /** `phone`: waits for somebody to act on the phone. */
  readonly info: string
  readonly code: string
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info, code]) => ({
    info: info!.trim(),
    code: code!,
  }))
}

const english = blocksOf(page('README.md'))

describe('the integrator’s page', () => {
  it('is the same page in both languages', () => {
    expect(blocksOf(page('README.zh-CN.md'))).toEqual(english)
    const shape = (text: string) => text.match(/^#+ \d*/gm)
    expect(shape(page('README.zh-CN.md'))).toEqual(shape(page('README.md')))
    const codes = (text: string) => [...new Set(text.match(/`[a-z]+\.[a-z-]+`/g))].sort()
    expect(codes(page('README.zh-CN.md'))).toEqual(codes(page('README.md')))
  })

  it('leads nowhere that does not exist', () => {
    for (const name of ['README.md', 'README.zh-CN.md'])
      for (const [, target] of page(name).matchAll(/\]\(([^)]+)\)/g))
        expect(existsSync(join(root, 'docs/integration', target!)), target).toBe(true)
  })
})

describe.skipIf(tools.length > 0)('whoever follows the page', () => {
  let platform: WholePlatform
  let phone: Phone
  let key: string
  let folder: string
  let shell: Shell

  beforeAll(async () => {
    platform = await startPlatform()
    const administrator = await asAdministrator(platform)
    ;({ phone } = await enrol(platform, administrator))
    const { centres } = await administrator<{ centres: { centreId: string }[] }>(
      'GET',
      '/console/api/centres',
    )
    const body = { name: '接入示例', centreId: centres[0]!.centreId }
    ;({ key } = await administrator<{ key: string }>('POST', '/console/api/applications', body))
    folder = mkdtempSync(join(tmpdir(), 'yunqian-integration-'))
    shell = openShell({ P: platform.url, KEY: key, W: folder })
  })

  afterAll(async () => {
    shell?.close()
    await platform?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const scanAndSign = async (qr: string): Promise<void> => {
    const task = await phone.scan(qr)
    await phone.sign(await phone.openTask(task.taskId), pin)
  }
  const step = (text: string): Block => {
    const found = english.find(({ code }) => code.includes(text))
    if (!found) throw new Error(`no block with ${text}`)
    return found
  }

  it('logs a doctor in and binds their user', async () => {
    expect(english[0]!.code).toContain('KEY:?')
    expect(await shell.run(english[0]!.code)).toBe('')
    expect(await shell.run(step('match').code)).toMatch(/^\d{2}$/)
    const waiting = shell.run(step('/v1/login-requests/$LOGIN_ID').code)
    await scanAndSign(await shell.spoken('QR'))
    expect(await waiting).toBe('approved')
    expect(await shell.run(step('login-verifications').code)).toBe('陈静怡')
  })

  it('has a document signed, fetches it, and verifies it offline and online', async () => {
    expect(await shell.run(step('documentType').code)).toBe('')
    const waiting = shell.run(step('/v1/signing-tasks/$TASK_ID').code)
    await scanAndSign(await shell.spoken('QR'))
    expect(await waiting).toBe('completed')
    const said = await shell.run(step('npx yunqian verify').code)
    expect(said.match(/✓ VALID/g)).toHaveLength(2)
    expect(await shell.run(step('/v1/verifications').code)).toBe('valid')
  })

  it('repeats without doing twice, and reads a refusal', async () => {
    expect(await shell.run(step('SAME=').code)).toBe('one document')
    const refusal = JSON.parse(await shell.run(step('00000000-').code))
    expect(refusal).toMatchObject({ code: 'documents.unknown', status: 404, retryable: false })
  })

  it.skipIf(!java)(
    'does the same in Java',
    async () => {
      const qrs = shell.lines(/^QR (.*)$/)
      const running = shell.run(step('SignRecord.java').code)
      await scanAndSign(await qrs())
      await scanAndSign(await qrs())
      expect(await running).toContain('saved ')
      const signed = new Uint8Array(readFileSync(join(folder, 'signed-by-java.pdf')))
      const trustAnchors = readCertificates(new Uint8Array(readFileSync(join(folder, 'root.pem'))))!
      expect(verifyAny(signed, { trustAnchors, now: new Date() }).verdict).toBe('valid')
    },
    120_000,
  )

  it('has run every block of the page', () => {
    const run = java ? english : english.filter(({ code }) => !code.includes('java '))
    expect(shell.done.length).toBeGreaterThanOrEqual(run.length)
    for (const { code } of run) expect(shell.done).toContain(code)
  })
})

interface Shell {
  /** What a block printed; throws when a command of it failed. */
  run(code: string): Promise<string>
  /** A variable, as soon as the shell has it: it speaks it before the block begins. */
  spoken(name: string): Promise<string>
  /** The next printed line that fits, of the block that runs. */
  lines(pattern: RegExp): () => Promise<string>
  readonly done: readonly string[]
  close(): void
}

/** One bash for the whole page, as a reader would have it, standing at the root of the repository. */
function openShell(environment: Record<string, string>): Shell {
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, ...environment, PATH: `${bin}:${process.env['PATH']}` }
  const bash: ChildProcessWithoutNullStreams = spawn('bash', ['--noprofile', '--norc'], {
    cwd: root,
    env,
  })
  const listeners = new Set<(line: string) => void>()
  createInterface({ input: bash.stdout }).on('line', (line) => {
    for (const listener of listeners) listener(line)
  })
  let errors = ''
  bash.stderr.on('data', (data: Buffer) => (errors += String(data)))
  const done: string[] = []
  let qr = ''

  bash.stdin.write('set -o pipefail -o errtrace; trap failed=1 ERR; QR=\n')

  const run = (code: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const printed: string[] = []
      const listener = (line: string): void => {
        const [, status, spoken] = /^:end: (\d+) (.*)$/.exec(line) ?? []
        if (status === undefined) return void printed.push(line)
        listeners.delete(listener)
        qr = spoken ?? ''
        done.push(code)
        if (status === '0') resolve(printed.join('\n').trim())
        else reject(new Error(`${code}\nended with ${status}\n${printed.join('\n')}\n${errors}`))
      }
      listeners.add(listener)
      // Any command that fails fails the block, not only the last.
      bash.stdin.write(`failed=0\n{ ${code}\n}; echo; echo ":end: $failed $QR"\n`)
    })
  return {
    run,
    spoken: async () => qr,
    lines: (pattern) => {
      const found: string[] = []
      let wanted: ((line: string) => void) | undefined
      listeners.add((line) => {
        const [, text] = pattern.exec(line) ?? []
        if (text === undefined) return
        if (wanted) wanted(text)
        else found.push(text)
        wanted = undefined
      })
      return () =>
        new Promise((resolve) => (found.length ? resolve(found.shift()!) : (wanted = resolve)))
    },
    done,
    close: () => bash.kill(),
  }
}
