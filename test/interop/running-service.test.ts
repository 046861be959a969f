// What the running service produced, before strangers: BouncyCastle, PDFBox, openssl, qpdf and poppler, and documents
// that other programs wrote.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Phone } from '@yunqian/client'
import {
  encodePem,
  KEY_PURPOSE,
  parseCertificate,
  parseForeignSignedData,
  parsePem,
  parseSignedData,
  parseTimeStampResponse,
  verifyIssued,
  verifySignerInfo,
  type Certificate,
} from '@yunqian/pki'
import { listSignatures, readDss, readPdf } from '@yunqian/documents'
import { buildOcspRequest, buildTimeStampRequest } from '@yunqian/pki/write'
import { sm3 } from '@yunqian/sm'
import { verifyAny } from '@yunqian/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  chromiumPdf,
  formPdf,
  installed,
  pagePdf,
  qpdf,
  qpdfObjections,
  samplePdf,
} from '../documents/samples.ts'
import {
  asAdministrator,
  callerWith,
  enrol,
  pin,
  startPlatform,
  type Caller,
  type WholePlatform,
} from '../flows/platform.ts'
import { bouncyCastleInstalled, compileJava } from './debian-tools.ts'

const jars = ['pdfbox2', 'fontbox2', 'commons-logging', 'bcprov', 'bcpkix', 'bcutil']
const hasPdfBox = jars.every((jar) => existsSync(`/usr/share/java/${jar}.jar`)) && installed('java')
if (!hasPdfBox) console.warn('skipped in part: libpdfbox2-java is not installed')
const pdfBox = (...args: string[]): string =>
  execFileSync(
    'java',
    [
      '-cp',
      jars.map((jar) => `/usr/share/java/${jar}.jar`).join(':'),
      join(import.meta.dirname, 'java', 'PdfSignatures.java'),
      ...args,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )

const folder = mkdtempSync(join(tmpdir(), 'yunqian-strangers-'))
const put = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
let platform: WholePlatform
let clinic: Caller
let phone: Phone
let personId: string
let root: Certificate

beforeAll(async () => {
  platform = await startPlatform()
  const administrator = await asAdministrator(platform)
  clinic = callerWith(platform.url, { authorization: `Bearer ${platform.server.clinicKey}` })
  ;({ phone, personId } = await enrol(platform, administrator))
  const trust = await clinic<{ root: string }>('GET', '/v1/trust')
  root = parseCertificate(parsePem(trust.root)[0]!.der)
})
afterAll(async () => {
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Hands a document in, has the doctor sign it, and fetches the result: the signed PDF, or the detached CMS. */
async function sign(original: Uint8Array, form: 'pdf' | 'cms'): Promise<Uint8Array> {
  const { documentId } = await clinic<{ documentId: string }>('POST', '/v1/documents', {
    title: '门诊病历',
    documentType: 'outpatient-record',
    mediaType: 'application/pdf',
    content: Buffer.from(original).toString('base64'),
  })
  const task = await clinic<{ signingTaskId: string }>('POST', '/v1/signing-tasks', {
    documentId,
    form,
    signer: { personId },
  })
  await phone.sign(await phone.openTask(task.signingTaskId), pin)
  const path = `/v1/signing-tasks/${task.signingTaskId}`
  for (let tries = 0; tries < 40; tries++) {
    const { state } = await clinic<{ state: string }>('GET', `${path}?wait=5&state=signed`)
    if (state === 'completed') break
  }
  const result = form === 'pdf' ? `/v1/documents/${documentId}/content` : `${path}/signature`
  return clinic<Uint8Array>('GET', result)
}

const post = async (address: string, type: string, body: Uint8Array): Promise<Uint8Array> => {
  const headers = { 'content-type': type }
  const response = await fetch(address, { method: 'POST', headers, body: body.slice() })
  expect(response.status).toBe(200)
  return response.bytes()
}
const own = (address: string): string => platform.url + new URL(address).pathname

describe.skipIf(!bouncyCastleInstalled())('BouncyCastle', () => {
  it('verifies certificate, CMS, list, status and timestamp of the service', async () => {
    const original = await samplePdf()
    const cms = await sign(original, 'cms')
    const { signer, issuing } = chainOf(cms)
    const [ocspUrl, crlUrl] = [signer.ocspUrls[0], signer.crlDistributionPoints[0]] as [
      string,
      string,
    ]
    const query = buildTimeStampRequest({
      digestAlgorithm: 'sm3',
      hashedMessage: sm3(cms),
      certReq: true,
    })
    const answer = await post(`${platform.url}/tsa`, 'application/timestamp-query', query)
    const asked = buildOcspRequest({ certificate: signer.der, issuer: issuing.der, hash: 'sm3' })
    const files = {
      root: put('root.cer', root.der),
      issuing: put('issuing.cer', issuing.der),
      signer: put('signer.cer', signer.der),
      original: put('original.pdf', original),
      cms: put('signature.p7s', cms),
      crl: put('crl.der', await fetch(own(crlUrl)).then((response) => response.bytes())),
      ocsp: put('ocsp.der', await post(own(ocspUrl), 'application/ocsp-request', asked)),
      query: put('query.tsq', query),
      answer: put('answer.tsr', answer),
      tsa: put('tsa.cer', tsaOf(answer).der),
    }
    const java = compileJava('PkiObjects', folder)
    const expected: readonly (readonly [string, string])[] = [
      [`certificate,${files.root},${files.root}`, 'true'],
      [`certificate,${files.root},${files.issuing}`, 'true'],
      [`certificate,${files.issuing},${files.signer}`, 'true'],
      [`certificate,${files.root},${files.signer}`, 'false'],
      [`cms,${files.cms},${files.original}`, 'true'],
      [`cms,${files.cms},${files.cms}`, 'refused CMSSignerDigestMismatchException'],
      [`crl,${files.issuing},${files.crl},${files.signer}`, 'true not-listed'],
      [`ocsp,${files.issuing},${files.signer},${files.ocsp}`, 'true true good'],
      [`time-stamp,${files.tsa},${files.query},${files.answer},${files.cms},SM3`, 'true'],
    ]
    expect(java(...expected.map(([check]) => check))).toEqual(expected.map(([, word]) => word))
  })
})

describe.skipIf(!installed('openssl'))('openssl', () => {
  it('verifies each link of the chain under the default identity', async () => {
    const { signer, issuing } = chainOf(await sign(await samplePdf(), 'cms'))
    const pem = (name: string, { der }: Certificate): string =>
      put(name, encodePem('CERTIFICATE', der))
    const link = (subject: string, issuer: string): string => {
      const options = '-partial_chain -vfyopt distid:1234567812345678 -CAfile'.split(' ')
      const said = spawnSync('openssl', ['verify', ...options, issuer, subject], {
        encoding: 'utf8',
      })
      return said.stdout.trim().replace(`${subject}: `, '')
    }
    const [top, middle, leaf] = [pem('r', root), pem('i', issuing), pem('s', signer)]
    expect(link(middle, top)).toBe('OK')
    expect(link(leaf, middle)).toBe('OK')
    expect(link(leaf, top)).not.toContain('OK')
  })
})

/** Documents as programs other than ours write them, and as they stand on paper. */
async function strangers(): Promise<Record<string, Uint8Array>> {
  const plain = await samplePdf({ pages: 2 })
  const made: Record<string, Uint8Array> = {
    'pdf-lib, object streams': await samplePdf({ objectStreams: true }),
    'pdf-lib, form': await formPdf(),
    'pages turned': await samplePdf({ rotate: 90 }),
    'landscape, cropped off the origin': await pagePdf({
      size: [842, 595],
      media: [-100, -50, 842, 595],
      crop: [20, 30, 700, 400],
      rotate: 270,
    }),
    'enormous page': await pagePdf({ size: [14_400, 14_400] }),
    'page in larger units': await pagePdf({ size: [300, 420], userUnit: 2 }),
  }
  if (installed('qpdf')) {
    made['qpdf, linearized'] = qpdf(plain, '--linearize')
    made['qpdf, linearized object streams'] = qpdf(
      plain,
      '--linearize',
      '--object-streams=generate',
    )
    made['qpdf, for reading by people'] = qpdf(plain, '--qdf')
  }
  const printed = installed('chromium') ? chromiumPdf('<h1>门诊病历</h1><p>主诉：咳嗽') : undefined
  if (printed) made['chromium'] = printed
  if (hasPdfBox) {
    const from = put('unsigned.pdf', plain)
    for (const kind of ['sm2', 'p256']) {
      const to = join(folder, `by-pdfbox-${kind}.pdf`)
      pdfBox('add', kind, from, to)
      made[`signed before by PDFBox, ${kind}`] = new Uint8Array(readFileSync(to))
    }
  }
  return made
}

describe('documents of other programs', () => {
  it('are signed, stay their own prefix, and hold before qpdf, PDFBox and BouncyCastle', async () => {
    const files: string[] = []
    const expected: string[] = []
    for (const [label, original] of Object.entries(await strangers())) {
      const signed = await sign(original, 'pdf')
      expect(Buffer.from(signed.subarray(0, original.length)).equals(original), label).toBe(true)
      const earlier = enclosedRoots(original)
      const report = verifyAny(signed, { trustAnchors: [root, ...earlier], now: new Date() })
      expect(report.verdict, `${label} ${report.reason}`).toBe('valid')
      expect(report.original?.equal, label).toBe(true)
      expect(readDss(readPdf(signed)).ocsps.length, label).toBeGreaterThan(0)
      if (installed('qpdf')) expect(qpdfObjections(signed), label).toBe('')
      files.push(put(`signed-${files.length}.pdf`, signed))
      if (earlier.length > 0) expected.push('PDFBox true part')
      expected.push('陈静怡 true part')
    }
    if (hasPdfBox)
      expect(
        pdfBox('verify', ...files)
          .trim()
          .split('\n'),
      ).toEqual(expected)
  })
})

/** The certificates of signatures that were there before; their makers vouched for themselves. */
function enclosedRoots(original: Uint8Array): readonly Certificate[] {
  return listSignatures(readPdf(original)).flatMap((signature) => {
    const alone = verifyAny(original, { trustAnchors: [], now: new Date() })
    expect(alone).toMatchObject({ verdict: 'indeterminate', reason: 'chain.no-trust-anchor' })
    return signature.kind === 'broken'
      ? []
      : parseForeignSignedData(signature.contents).certificates
  })
}

/** The signer's certificate, by the name the signature gives it, and the one that issued it. */
function chainOf(cms: Uint8Array): { signer: Certificate; issuing: Certificate } {
  const signedData = parseSignedData(cms)
  const signerInfo = signedData.signerInfos[0]!
  const signer = verifySignerInfo({ signedData, signerInfo }).signerCertificate as Certificate
  const issuing = signedData.certificates.find((one) => verifyIssued(signer, one)) as Certificate
  return { signer, issuing }
}

function tsaOf(answer: Uint8Array): Certificate {
  const { token } = parseTimeStampResponse(answer)
  return token?.signedData.certificates.find((one) =>
    one.extKeyUsage?.includes(KEY_PURPOSE.timeStamping),
  ) as Certificate
}
