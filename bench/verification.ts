// A signed PDF judged by our engine and by poppler's pdfsig, on the same file in the same run.
import { execFile } from 'node:child_process'
import { createVerify, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseSubjectPublicKey, verifySignature } from '@yunqian/pki'
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
      ecdsa(),
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

/** What a chain, a timestamp and a status answer of the international suite come down to. */
function ecdsa(): Comparison {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const message = crypto.getRandomValues(new Uint8Array(200))
  const signature = sign('sha256', message, privateKey)
  const key = parseSubjectPublicKey(publicKey.export({ format: 'der', type: 'spki' }))
  const must = (verified: boolean): void => {
    if (!verified) throw new Error('a good signature was refused')
  }
  return {
    title: 'ECDSA P-256 verify',
    note: '200-byte message, SHA-256, DER in',
    contenders: [
      {
        name: '@yunqian/pki',
        run: () =>
          must(
            verifySignature({ algorithm: 'ecdsa-with-sha256', publicKey: key, message, signature }),
          ),
      },
      {
        name: 'Node OpenSSL',
        run: () => must(createVerify('sha256').update(message).verify(publicKey, signature)),
      },
    ],
  }
}

function judge(authority: Authority, bytes: Uint8Array): void {
  const { verdict, reason } = verifyAny(bytes, {
    trustAnchors: [authority.root.certificate],
    intermediates: [authority.issuing.certificate],
    now: after(11),
  })
  if (verdict !== 'valid') throw new Error(`a good file is ${verdict}: ${reason}`)
}
