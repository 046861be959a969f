import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodePem } from '@yunqian/pki'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { after, makeAuthority, type Authority } from '../../../../test/authority/authority.ts'
import { signContent, signPdf } from '../../../../test/authority/signing.ts'
import { samplePdf } from '../../../../test/documents/samples.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
let folder: string
let authority: Authority
const path = (name: string): string => join(folder, name)
const yunqian = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'verify', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}
const at = ['--at', after(11).toISOString()]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-verify-'))
  authority = await makeAuthority('sm2-with-sm3')
  const original = await samplePdf()
  const signed = await signPdf(authority, original)
  const broken = signed.slice()
  broken[700] = (broken[700] as number) ^ 1
  writeFileSync(path('original.pdf'), original)
  writeFileSync(path('signed.pdf'), signed)
  writeFileSync(path('broken.pdf'), broken)
  writeFileSync(path('signature.p7s'), await signContent(authority, original))
  writeFileSync(path('root.pem'), encodePem('CERTIFICATE', authority.root.certificate.der))
  writeFileSync(path('rubbish'), 'rubbish')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('yunqian verify', () => {
  it('exits 0 for valid and says so in both languages', () => {
    const { status, stdout } = yunqian(path('signed.pdf'), '--trust', path('root.pem'), ...at)
    expect(status).toBe(0)
    expect(stdout).toContain('✓ 有效')
    expect(stdout).toContain('VALID')
    expect(stdout).toContain('陈医生')
    expect(stdout).toContain('签名之后')
  })

  it('speaks English alone when asked', () => {
    const { stdout } = yunqian(
      path('signed.pdf'),
      '--trust',
      path('root.pem'),
      '--lang',
      'en',
      ...at,
    )
    expect(stdout).toContain('✓ VALID')
    expect(stdout).not.toContain('有效')
  })

  it('exits 1 for invalid with the reason', () => {
    const { status, stdout } = yunqian(path('broken.pdf'), '--trust', path('root.pem'), ...at)
    expect(status).toBe(1)
    expect(stdout).toContain('integrity.altered')
  })

  it('exits 2 without an anchor', () => {
    const { status, stdout } = yunqian(path('signed.pdf'), ...at)
    expect(status).toBe(2)
    expect(stdout).toContain('chain.no-trust-anchor')
  })

  it('exits 3 for what it cannot read', () => {
    expect(yunqian(path('rubbish')).status).toBe(3)
    expect(yunqian(path('not there')).status).toBe(3)
  })

  it('exits 3 for a folder, an empty file and a pipe, without waiting', () => {
    writeFileSync(path('empty'), '')
    expect(yunqian(folder)).toMatchObject({ status: 3, stdout: '' })
    expect(yunqian(path('empty')).status).toBe(3)
    if (spawnSync('mkfifo', [path('pipe')]).status === 0)
      expect(yunqian(path('pipe'))).toMatchObject({ status: 3, stdout: '' })
  })

  it('takes roots in DER, and several in one PEM file', () => {
    const { root, issuing } = authority
    writeFileSync(path('root.der'), root.certificate.der)
    const pems = [issuing, root].map(({ certificate }) => encodePem('CERTIFICATE', certificate.der))
    writeFileSync(path('both.pem'), pems.join(''))
    for (const name of ['root.der', 'both.pem'])
      expect(yunqian(path('signed.pdf'), '--trust', path(name), ...at).status, name).toBe(0)
  })

  it('ends with no verdict when the original cannot be written', () => {
    const out = ['--original', path('no folder/extracted.pdf')]
    const ended = yunqian(path('signed.pdf'), '--trust', path('root.pem'), ...out, ...at)
    expect(ended.status).toBe(64)
    expect(ended.stdout).toContain('✓ 有效')
    expect(ended.stderr).toContain('cannot write')
  })

  it('exits 64 for wrong usage', () => {
    expect(yunqian().status).toBe(64)
    expect(yunqian(path('signed.pdf'), '--trust', path('rubbish')).status).toBe(64)
    expect(yunqian(path('signed.pdf'), '--at', 'soon').stderr).toContain('--at')
  })

  it('takes detached content, gives JSON, writes out the original', () => {
    const trust = ['--trust', path('root.pem'), ...at]
    const detached = yunqian(
      path('signature.p7s'),
      '--content',
      path('original.pdf'),
      '--json',
      ...trust,
    )
    expect(detached.status).toBe(0)
    expect(JSON.parse(detached.stdout)).toMatchObject({ v: 1, kind: 'cms', verdict: 'valid' })
    yunqian(path('signed.pdf'), '--original', path('extracted.pdf'), ...trust)
    expect(readFileSync(path('extracted.pdf'))).toEqual(readFileSync(path('original.pdf')))
  })

  it('works with networking cut off', () => {
    const cut = spawnSync('unshare', ['--net', 'true'])
    if (cut.status !== 0) return console.warn('skipped: unshare --net is not permitted here')
    const args = [main, 'verify', path('signed.pdf'), '--trust', path('root.pem'), ...at]
    execFileSync('unshare', ['--net', process.execPath, ...args], { stdio: 'pipe' })
    return undefined
  })
})

describe('what verify loads', () => {
  it('is nothing that signs, serves or speaks to a network', () => {
    const loaded = moduleGraph(fileURLToPath(new URL('./verify.ts', import.meta.url)))
    expect(loaded.files.size).toBeGreaterThan(80)
    expect(
      [...loaded.files].filter((file) => /\/write\/|two-party|apps\/server/.test(file)),
    ).toEqual([])
    expect([...loaded.builtins].sort()).toEqual(['node:fs/promises'])
  })
})

/** Every module a file reaches by static or dynamic import of literals. */
function moduleGraph(entry: string): { files: Set<string>; builtins: Set<string> } {
  const files = new Set<string>()
  const builtins = new Set<string>()
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
      if (specifier.startsWith('node:')) builtins.add(specifier)
      else if (specifier.startsWith('.')) visit(join(dirname(file), specifier))
      else if (specifier.startsWith('@yunqian/')) visit(ourModule(root, specifier))
    }
  }
  visit(entry)
  return { files, builtins }
}

function importsOf(source: string): string[] {
  const code = source.replaceAll(/^import type[^']*'[^']*'$/gm, '')
  return [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((found) => found[1] as string)
}

function ourModule(root: string, specifier: string): string {
  const [, name, ...rest] = specifier.split('/')
  const folder = join(root, 'packages', name as string)
  expect(readdirSync(folder)).toContain('package.json')
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string>
  }
  const target = manifest.exports[rest.length > 0 ? `./${rest.join('/')}` : '.']
  return join(folder, target as string)
}
