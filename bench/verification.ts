// A signed PDF judged by our engine and by poppler's pdfsig, on the same file in the same run.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { verifyAny } from '@yunqian/verify'
import { after, makeAuthority, type Authority } from '../test/authority/authority.ts'
import { signPdf } from '../test/authority/signing.ts'
import { samplePdf } from '../test/documents/samples.ts'
import { programInstalled } from '../test/interop/debian-tools.ts'
import type { Comparison, Contender, Suite } from './rounds.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
let folder: string | undefined

export const suite: Suite = {
  name: 'verification',
  open: async () => {
    folder = mkdtempSync(join(tmpdir(), 'yunqian-bench-'))
    const pdf = await samplePdf({ pages: 10 })
    const p256 = await makeAuthority('ecdsa-with-sha256')
    const sm2 = await makeAuthority('sm2-with-sm3')
    const file = join(folder, 'signed.pdf')
    const [signed, signedSm2] = [await signPdf(p256, pdf), await signPdf(sm2, pdf)]
    writeFileSync(file, signed)
    const root = join(folder, 'root.der')
    writeFileSync(root, p256.root.certificate.der)
    const pdfsig: Contender = {
      name: 'pdfsig -nocert, P-256: digest and signature alone',
      run: async () => {
        const { stdout } = await run('pdfsig', ['-nocert', file])
        if (!stdout.includes('Signature is Valid')) throw new Error('pdfsig found it invalid')
      },
    }
    const peers = programInstalled('pdfsig', '-v') ? [pdfsig] : []
    const cli: Contender = {
      name: 'yunqian verify, P-256: chain, status, timestamp, changes as well',
      run: async () => {
        const at = after(11).toISOString()
        const args = [main, 'verify', file, '--trust', root, '--at', at]
        const { stdout } = await run(process.execPath, args)
        if (!stdout.includes('VALID')) throw new Error('we found it invalid')
      },
    }
    const here = (name: string, authority: Authority, bytes: Uint8Array): Contender => ({
      name: `@yunqian/verify, ${name}`,
      run: () => judge(authority, bytes),
    })
    const sameFile: Comparison[] = [
      {
        title: 'PDF verification, a process for each file',
        note: 'ten pages, one signature; the same file; most of both is starting the program',
        contenders: [cli, ...peers],
      },
    ]
    return [
      ...sameFile,
      {
        title: 'PDF verification in a running process',
        note: 'the same file, in memory; pdfsig offers no such way and starts each time',
        contenders: [here('P-256', p256, signed), here('SM2', sm2, signedSm2), ...peers],
      },
    ]
  },
  close: () => {
    if (folder) rmSync(folder, { recursive: true, force: true })
  },
}

function judge(authority: Authority, bytes: Uint8Array): void {
  const { verdict, reason } = verifyAny(bytes, {
    trustAnchors: [authority.root.certificate],
    intermediates: [authority.issuing.certificate],
    now: after(11),
  })
  if (verdict !== 'valid') throw new Error(`a good file is ${verdict}: ${reason}`)
}
