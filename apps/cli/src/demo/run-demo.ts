import { setTimeout as sleep } from 'node:timers/promises'
import { type BodyOf, consoleEndpoints, integratorEndpoints, type SigningTask } from '@yunqian/api'
import { encodePem, parseCertificate, parsePem, parseTimeStampResponse } from '@yunqian/pki'
import { buildOcspRequest, buildTimeStampRequest } from '@yunqian/pki/write'
import { sm3 } from '@yunqian/sm'
import { acceptInvitation, type Clerk } from './clerk.ts'
import { headlessPhone } from './headless-phone.ts'
import { callBytes, callJson } from './http.ts'
import { sampleDoctor, sampleHandwriting, samplePin } from './sample.ts'

/** Runs one step and says how long it took. */
export type Step = <T>(zh: string, en: string, work: () => Promise<T>) => Promise<T>

export type DemoFiles = Readonly<Record<string, Uint8Array | string>>

/**
 * The main job end to end, as strangers over HTTP: a doctor gets a certificate, logs in to a clinic's program by QR
 * code and signs `original` twice, as detached CMS and inside the PDF; and everything a court would ask for is
 * collected. Returns the files to write.
 */
export async function runDemo(input: {
  readonly baseUrl: string
  readonly invitationLink: string
  readonly original: Uint8Array
  /** Where the signature shows; the platform chooses when absent. */
  readonly appearance?: BodyOf<typeof integratorEndpoints.createSigningTask>['appearance']
  readonly step: Step
}): Promise<DemoFiles> {
  const { baseUrl, original, step } = input
  const phone = headlessPhone(baseUrl)

  // 1. The first administrator accepts the link, registers the doctor and the clinic's program.
  const clerk = await step(
    '管理员登记医生与应用',
    'administrator registers doctor and program',
    () =>
      acceptInvitation(baseUrl, input.invitationLink, {
        login: 'admin',
        password: 'Lian-Hua-2026-demo',
        name: '演示管理员',
      }),
  )
  const { centre, applicationKey } = await register(clerk)
  const headers = { authorization: `Bearer ${applicationKey}` }

  // 2. The doctor applies on the phone, proves identity by one-time code, the clerk confirms.
  await step(
    '医生在手机上申请证书，社康核验',
    'doctor applies on the phone, the clerk confirms',
    async () => {
      await phone.beginEnrollment({
        ...sampleDoctor,
        centreCode: centre.code,
        deviceName: '演示手机',
      })
      await phone.submitCode(await codeFromOutbox(clerk))
      await approveWaiting(clerk)
      await phone.waitForDecision()
    },
  )

  // 3. The two-party key, the certification request as its first signature, the certificate.
  const certificate = await step(
    '生成协同密钥并签发证书',
    'two-party key made, certificate issued',
    () => phone.createKey(samplePin),
  )
  await phone.setHandwriting(sampleHandwriting())

  // 4. QR login; the program verifies the signed record at the server and binds its own user.
  const loginRecord = await step(
    '扫码登录，服务端核验登录记录',
    'QR login, record verified by the server',
    async () => {
      const request = await callJson(baseUrl, integratorEndpoints.createLoginRequest, {
        headers,
        body: { workstation: '诊室 3' },
      })
      const task = await phone.scan(request.qr)
      await phone.sign(await phone.openTask(task.taskId), samplePin)
      const approved = await callJson(baseUrl, integratorEndpoints.getLoginRequest, {
        headers,
        params: { loginRequestId: request.loginRequestId },
        query: { wait: 10, state: 'scanned' },
      })
      const { loginRequestId } = request
      const record = approved.loginRecord
      if (record === undefined) throw new Error(`the login is ${approved.state}`)
      await callJson(baseUrl, integratorEndpoints.verifyLogin, {
        headers,
        body: { loginRequestId, loginRecord: record },
      })
      await callJson(baseUrl, integratorEndpoints.bindUser, {
        headers,
        body: { hisUserId: 'chenyq', loginRequestId },
      })
      return fromBase64(record)
    },
  )

  // 5. One document, signed in both forms. The CMS covers the original's bytes, the PDF carries its signature inside.
  const document = await step('提交文档', 'document handed in', () =>
    callJson(baseUrl, integratorEndpoints.createDocument, {
      headers,
      body: {
        title: '门诊病历',
        documentType: 'outpatient-record',
        mediaType: 'application/pdf',
        content: toBase64(original),
      },
    }),
  )
  const { documentId } = document
  const sign = async (form: 'pdf' | 'cms'): Promise<SigningTask> => {
    const created = await callJson(baseUrl, integratorEndpoints.createSigningTask, {
      headers,
      body: {
        documentId,
        form,
        signer: { hisUserId: 'chenyq' },
        ...(form === 'pdf' && input.appearance ? { appearance: input.appearance } : {}),
      },
    })
    await phone.sign(await phone.openTask(created.signingTaskId), samplePin)
    return completed(baseUrl, headers, created.signingTaskId)
  }
  const cms = await step('签署 CMS（分离式）', 'detached CMS signed', () => sign('cms'))
  await step('签署 PDF', 'PDF signed', () => sign('pdf'))

  // 6. What a verifier needs, fetched as anyone could.
  return step('收集证据', 'evidence collected', async () => {
    const signature = await callBytes(baseUrl, integratorEndpoints.getSignature, {
      headers,
      params: { signingTaskId: cms.signingTaskId },
    })
    const signed = await callBytes(baseUrl, integratorEndpoints.getDocumentContent, {
      headers,
      params: { documentId },
    })
    const bundle = await callBytes(baseUrl, integratorEndpoints.getEvidence, {
      headers,
      params: { documentId },
    })
    const trust = await callJson(baseUrl, integratorEndpoints.getTrust, {})
    const report = await callJson(baseUrl, integratorEndpoints.verifyDocument, {
      body: { content: toBase64(signed) },
    })
    const signer = fromBase64(certificate.certificate)
    const issuer = fromBase64(certificate.chain[0]!)
    const leaf = parseCertificate(signer)
    const ocspRequest = buildOcspRequest({ certificate: signer, issuer, hash: 'sm3' })
    const stampRequest = buildTimeStampRequest({
      digestAlgorithm: 'sm3',
      hashedMessage: sm3(signature),
      certReq: true,
    })
    const timestamp = await post(`${baseUrl}/tsa`, 'application/timestamp-query', stampRequest)
    if (parseTimeStampResponse(timestamp).token === undefined) throw new Error('the TSA refused')
    return {
      'original.pdf': original,
      'signed.pdf': signed,
      'signature.p7s': signature,
      'signer.pem': encodePem('CERTIFICATE', signer),
      'chain.pem': certificate.chain
        .map((der) => encodePem('CERTIFICATE', fromBase64(der)))
        .join(''),
      'root.pem': parsePem(trust.root)
        .map(({ der }) => encodePem('CERTIFICATE', der))
        .join(''),
      'login-record.p7s': loginRecord,
      'crl.der': await get(ownAddress(baseUrl, leaf.crlDistributionPoints[0]!)),
      'ocsp.der': await post(
        ownAddress(baseUrl, leaf.ocspUrls[0]!),
        'application/ocsp-request',
        ocspRequest,
      ),
      'timestamp.tsr': timestamp,
      'bundle.zip': bundle,
      'report.json': `${JSON.stringify(report, null, 2)}\n`,
    }
  })
}

async function register(clerk: Clerk) {
  const { centres } = await clerk.call(consoleEndpoints.listCentres)
  const centre = centres[0]!
  const { centreId } = centre
  await clerk.call(consoleEndpoints.registerPerson, {
    body: { ...sampleDoctor, centreId, role: 'doctor', title: '主治医师' },
  })
  const application = await clerk.call(consoleEndpoints.createApplication, {
    body: { name: '演示门诊系统', centreId },
  })
  return { centre, applicationKey: application.key }
}

async function codeFromOutbox(clerk: Clerk): Promise<string> {
  const { messages } = await clerk.call(consoleEndpoints.listOutbox)
  const code = messages
    .map(({ text }) => /\b[0-9]{6}\b/.exec(text)?.[0])
    .find((found) => found !== undefined)
  if (code === undefined) throw new Error('no one-time code in the outbox')
  return code
}

async function approveWaiting(clerk: Clerk): Promise<void> {
  const { enrollments } = await clerk.call(consoleEndpoints.listEnrollments, {
    query: { state: 'proofed' },
  })
  for (const { enrollmentId } of enrollments)
    await clerk.call(consoleEndpoints.approveEnrollment, { params: { enrollmentId }, body: {} })
}

/** Waits for timestamp, revocation answers and store: what happens after the phone has done its part. */
async function completed(
  baseUrl: string,
  headers: Record<string, string>,
  signingTaskId: string,
): Promise<SigningTask> {
  for (let tries = 0; tries < 20; tries += 1) {
    const task = await callJson(baseUrl, integratorEndpoints.getSigningTask, {
      headers,
      params: { signingTaskId },
      query: { wait: 5, state: 'signed' },
    })
    if (task.state === 'completed') return task
    await sleep(200)
  }
  throw new Error('the signature was not completed in time')
}

/** The certificate's own address, asked at the platform of this demonstration. */
const ownAddress = (baseUrl: string, address: string): string => baseUrl + new URL(address).pathname

async function get(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

async function post(url: string, mediaType: string, body: Uint8Array): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': mediaType },
    body: body.slice(),
  })
  if (!response.ok) throw new Error(`${new URL(url).pathname} answers ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
