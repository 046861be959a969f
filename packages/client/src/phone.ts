import {
  type CertificateView,
  type Enrollment,
  type Handwriting,
  phoneEndpoints,
  type PhoneState,
  type QueryOf,
  type ReplyOf,
  type TaskSummary,
} from '@yunqian/api'
import { type Application, beginEnrollment } from './begin-enrollment.ts'
import { fromBase64 } from './bytes.ts'
import { createKey } from './create-key.ts'
import type { CryptoModule } from './crypto-module.ts'
import { PhoneError } from './errors.ts'
import { type OpenedTask, openTask, type Signatory } from './open-task.ts'
import { PlatformLink } from './platform-link.ts'
import type { PhonePorts } from './ports.ts'
import { type EnrollmentRecord, forgetAll, readEnrollment, readKey } from './records.ts'
import { SoftwareModule } from './software-module.ts'
import { type Signed, type SigningStep, signTask } from './sign-task.ts'

const ownQr = /(?:^|\/)YQ1:[LS]:[A-Za-z0-9_-]{22}$/

/** A phone: everything a person does with their certificate, without a screen. */
export class Phone {
  readonly #ports: PhonePorts
  readonly #link: PlatformLink
  readonly #module: CryptoModule

  constructor(ports: PhonePorts, module: CryptoModule = new SoftwareModule(ports)) {
    this.#ports = ports
    this.#link = new PlatformLink(ports)
    this.#module = module
  }

  /** Runs the module's self-tests ahead of their need. Throws `phone.self-test-failed`. */
  selfTest(): void {
    this.#module.selfTest()
  }

  /** The server's time as far as the phone knows it. */
  now(): Date {
    return this.#link.now()
  }

  /** The application this phone made, as the platform has it now; undefined on a phone that made none. */
  async enrollment(): Promise<Enrollment | undefined> {
    const record = await readEnrollment(this.#ports.storage)
    return record && this.#readEnrollment(record, {})
  }

  async beginEnrollment(application: Application): Promise<Enrollment> {
    return beginEnrollment(this.#ports, this.#link, application)
  }

  async submitCode(code: string): Promise<Enrollment> {
    const { enrollmentId, deviceId } = await this.#requireEnrollment()
    return this.#link.call(phoneEndpoints.submitCode, {
      device: deviceId,
      params: { enrollmentId },
      body: { code },
    })
  }

  async resendCode(): Promise<Enrollment> {
    const { enrollmentId, deviceId } = await this.#requireEnrollment()
    return this.#link.call(phoneEndpoints.resendCode, {
      device: deviceId,
      params: { enrollmentId },
      body: {},
    })
  }

  /** Holds until the clerk has decided, or `signal` fires; the caller looks at the state it gets. */
  async waitForDecision(signal?: AbortSignal): Promise<Enrollment> {
    const record = await this.#requireEnrollment()
    for (;;) {
      const enrollment = await this.#readEnrollment(record, { wait: 25, state: 'proofed' }, signal)
      if (enrollment.state !== 'proofed' || signal?.aborted) return enrollment
    }
  }

  /** Makes the key and signs the certification request with it: the first use of PIN and key. */
  async createKey(
    pin: string,
    onStep?: (step: 'key' | SigningStep) => void,
  ): Promise<CertificateView> {
    this.#module.selfTest()
    const enrollment = await this.#requireEnrollment()
    const current = await this.#readEnrollment(enrollment, {})
    if (current.state === 'issued') return this.#certificateOf(enrollment)
    let key = current.state === 'key-made' ? await readKey(this.#ports.storage) : undefined
    if (key === undefined || key.csrTaskId !== current.csrTaskId) {
      onStep?.('key')
      key = await createKey(this.#deps(), enrollment, pin)
    }
    const signatory = { device: enrollment.deviceId, publicKey: key.publicKey }
    const opened = await openTask(this.#link, signatory, key.csrTaskId).catch(unlessClosed)
    if (opened === undefined) return this.#certificateOf(enrollment)
    const input = { device: enrollment.deviceId, key, taskId: key.csrTaskId, e: opened.e, pin }
    const signed = await signTask(this.#deps(), onStep ? { ...input, onStep } : input)
    if (signed.certificate === undefined) throw new PhoneError('phone.answer-malformed')
    return signed.certificate
  }

  /** The request was signed and the answer lost on its way: the platform finishes by itself, here is what came of it. */
  async #certificateOf(record: EnrollmentRecord): Promise<CertificateView> {
    await this.#readEnrollment(record, { wait: 25, state: 'key-made' })
    const { certificate } = await this.state()
    if (certificate === undefined) throw new PhoneError('phone.no-certificate')
    return certificate
  }

  async setHandwriting(handwriting: Handwriting): Promise<void> {
    await this.#link.call(phoneEndpoints.setHandwriting, {
      device: await this.#device(),
      body: handwriting,
    })
  }

  async state(): Promise<PhoneState> {
    return this.#link.call(phoneEndpoints.getPhoneState, { device: await this.#device() })
  }

  async tasks(
    query: NonNullable<QueryOf<typeof phoneEndpoints.listTasks>>,
    signal?: AbortSignal,
  ): Promise<ReplyOf<typeof phoneEndpoints.listTasks>> {
    const device = await this.#device()
    return this.#link.call(phoneEndpoints.listTasks, {
      device,
      query,
      ...(signal ? { signal } : {}),
    })
  }

  /**
   * Opens what a QR code asks for; takes the bare text or the address that carries it. Whatever else a camera reads
   * (a payment code, a visiting card) is nobody's business and stays on the phone: `phone.qr-foreign`.
   */
  async scan(qr: string): Promise<TaskSummary> {
    if (!ownQr.test(qr)) throw new PhoneError('phone.qr-foreign')
    return this.#link.call(phoneEndpoints.scan, { device: await this.#device(), body: { qr } })
  }

  /** Downloads and checks a task; `onProgress` is told the share of the content that has come, 0 to 1. */
  async openTask(taskId: string, onProgress?: (share: number) => void): Promise<OpenedTask> {
    return openTask(this.#link, await this.#signatory(), taskId, onProgress)
  }

  /** What was signed on this phone, to be looked at again. */
  async signedContent(taskId: string): Promise<Uint8Array> {
    const call = { device: await this.#device(), params: { taskId } }
    return this.#link.download(phoneEndpoints.getSignedContent, call)
  }

  /** Signs a task that was opened, and so checked, on this phone. */
  async sign(
    opened: OpenedTask,
    pin: string,
    onStep?: (step: SigningStep) => void,
  ): Promise<Signed> {
    const { deviceId } = await this.#requireEnrollment()
    const key = await readKey(this.#ports.storage)
    if (key === undefined) throw new PhoneError('phone.no-key')
    const input = { device: deviceId, key, taskId: opened.detail.task.taskId, e: opened.e, pin }
    return signTask(this.#deps(), onStep ? { ...input, onStep } : input)
  }

  async refuse(taskId: string, reason: string): Promise<TaskSummary> {
    return this.#link.call(phoneEndpoints.refuseTask, {
      device: await this.#device(),
      params: { taskId },
      body: { reason },
    })
  }

  async reportLoss(reason?: string): Promise<CertificateView> {
    const body = reason === undefined ? {} : { reason }
    return this.#link.call(phoneEndpoints.reportLoss, { device: await this.#device(), body })
  }

  async revoke(reason: string): Promise<CertificateView> {
    return this.#link.call(phoneEndpoints.revokeOwn, {
      device: await this.#device(),
      body: { reason },
    })
  }

  /** Makes this phone a stranger: share, device keys and application are gone. */
  async forget(): Promise<void> {
    await forgetAll(this.#ports.storage)
    await this.#ports.deviceKeys.clear()
  }

  async #readEnrollment(
    record: EnrollmentRecord,
    query: QueryOf<typeof phoneEndpoints.getEnrollment>,
    signal?: AbortSignal,
  ): Promise<Enrollment> {
    const { enrollmentId, deviceId } = record
    const call = { device: deviceId, params: { enrollmentId }, query }
    return this.#link.call(phoneEndpoints.getEnrollment, signal ? { ...call, signal } : call)
  }

  async #requireEnrollment(): Promise<EnrollmentRecord> {
    const record = await readEnrollment(this.#ports.storage)
    if (record === undefined) throw new PhoneError('phone.no-key')
    return record
  }

  async #device(): Promise<string> {
    return (await this.#requireEnrollment()).deviceId
  }

  async #signatory(): Promise<Signatory> {
    const { deviceId } = await this.#requireEnrollment()
    const key = await readKey(this.#ports.storage)
    if (key === undefined) throw new PhoneError('phone.no-key')
    const { certificate, person } = await this.state()
    const { publicKey } = key
    const known = { device: deviceId, publicKey, personId: person.personId }
    return certificate === undefined
      ? known
      : { ...known, certificate: fromBase64(certificate.certificate) }
  }

  #deps() {
    return { storage: this.#ports.storage, link: this.#link, module: this.#module }
  }
}

function unlessClosed(error: unknown): undefined {
  if (error instanceof PhoneError && error.code === 'signing.task-closed') return undefined
  throw error
}
