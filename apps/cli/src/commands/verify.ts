import { readFile, stat, writeFile } from 'node:fs/promises'
import {
  extractOriginalOf,
  formatReport,
  readCertificates,
  STANDARD_POLICY,
  STRICT_POLICY,
  verifyAny,
} from '@yunqian/verify'
import type { Verdict, VerifyOptions } from '@yunqian/verify'
import { readArguments, VERIFY_USAGE } from './verify-arguments.ts'
import type { VerifyArguments } from './verify-arguments.ts'

const exitCodes: Record<Verdict, number> = { valid: 0, invalid: 1, indeterminate: 2, unreadable: 3 }
const USAGE = 64
const INTERNAL = 70
const MAX_BYTES = 512 * 1024 * 1024

/** `yunqian verify`: the exit code is the verdict, so nothing that goes wrong may end with a code that is one. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await verify(args)
  } catch (error) {
    process.stderr.write(`yunqian verify: 程序内部错误 internal error: ${String(error)}\n`)
    return INTERNAL
  }
}

/** Reads files, asks packages/verify, prints. */
async function verify(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(VERIFY_USAGE)
    return 0
  }
  const asked = readArguments(args)
  if (typeof asked === 'string') return usage(asked)
  const bytes = await readBounded(asked.file)
  if (!bytes) {
    process.stderr.write(`yunqian verify: 无法读取 cannot read ${asked.file}\n`)
    return exitCodes.unreadable
  }
  const options = await readOptions(asked)
  if (typeof options === 'string') return usage(options)
  const report = verifyAny(bytes, options)
  process.stdout.write(
    asked.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${formatReport(report, asked.language, asked.file)}\n`,
  )
  const written = asked.original === undefined || (await writeOriginal(asked.original, bytes))
  return written ? exitCodes[report.verdict] : USAGE
}

/** False when the file named could not be written; a document without an original is told, and no error. */
async function writeOriginal(path: string, signed: Uint8Array): Promise<boolean> {
  const original = extractOriginalOf(signed)
  if (!original) {
    process.stderr.write('yunqian verify: 无法提取原文 no original could be extracted\n')
    return true
  }
  try {
    await writeFile(path, original)
    return true
  } catch {
    process.stderr.write(`yunqian verify: 无法写入 cannot write ${path}\n`)
    return false
  }
}

async function readOptions(asked: VerifyArguments): Promise<VerifyOptions | string> {
  const trustAnchors = await readPems(asked.trust)
  const intermediates = await readPems(asked.intermediate)
  if (typeof trustAnchors === 'string') return trustAnchors
  if (typeof intermediates === 'string') return intermediates
  const crls = await readAll(asked.crl)
  const ocsps = await readAll(asked.ocsp)
  if (typeof crls === 'string' || typeof ocsps === 'string') return `cannot read 无法读取`
  const detachedContent = asked.content === undefined ? undefined : await readBounded(asked.content)
  if (asked.content !== undefined && !detachedContent)
    return `cannot read 无法读取 ${asked.content}`
  return {
    trustAnchors,
    intermediates,
    crls,
    ocsps,
    now: new Date(),
    policy: asked.strict ? STRICT_POLICY : STANDARD_POLICY,
    ...(detachedContent ? { detachedContent } : {}),
    ...(asked.at ? { at: asked.at } : {}),
  }
}

type Certificates = VerifyOptions['trustAnchors']

async function readPems(paths: readonly string[]): Promise<Certificates | string> {
  const all: Certificates[number][] = []
  for (const path of paths) {
    const bytes = await readBounded(path)
    const certificates = bytes ? readCertificates(bytes) : undefined
    if (!certificates || certificates.length === 0)
      return `no certificate in 文件中没有证书 ${path}`
    all.push(...certificates)
  }
  return all
}

async function readAll(paths: readonly string[]): Promise<Uint8Array[] | string> {
  const all: Uint8Array[] = []
  for (const path of paths) {
    const bytes = await readBounded(path)
    if (!bytes) return path
    all.push(bytes)
  }
  return all
}

async function readBounded(path: string): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(path)
    // A pipe without a writer would be waited for until the end of days, a device read for ever.
    if (!found.isFile() || found.size > MAX_BYTES) return undefined
    return new Uint8Array(await readFile(path))
  } catch {
    return undefined
  }
}

function usage(problem: string): number {
  process.stderr.write(`yunqian verify: ${problem}\n\n${VERIFY_USAGE}`)
  return USAGE
}
