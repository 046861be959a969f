import { phoneEndpoints, type TaskDetail } from '@yunqian/api'
import { coveredBytes, inspectPrepared } from '@yunqian/documents'
import {
  type Certificate,
  CONTENT_TYPE,
  parseCertificate,
  parseCertificationRequestInfo,
  parseSignedAttributes,
} from '@yunqian/pki'
import { equalBytes, parseSm2PublicKey, sm2MessageDigest, sm3, toHex } from '@yunqian/sm'
import { fromBase64 } from './bytes.ts'
import { PhoneError } from './errors.ts'
import { readLoginRecord } from './login-record.ts'
import type { PlatformLink } from './platform-link.ts'

/** A task whose content this phone has seen and checked: the only thing it will sign. */
export interface OpenedTask {
  readonly detail: TaskDetail
  /** The very bytes: the prepared PDF, the login record, the document, or the certification request. */
  readonly content: Uint8Array
  /** SM3(Z ‖ toBeSigned), computed here. */
  readonly e: Uint8Array
}

export interface Signatory {
  readonly device: string
  readonly personId?: string
  readonly publicKey: Uint8Array
  /** Absent only while the certificate is being asked for. */
  readonly certificate?: Uint8Array
}

/**
 * Downloads a task and checks that what will be shown is what would be signed. The platform's word is taken for
 * nothing that the phone can compute: digest, attributes, certificate reference, and that a PDF's increment adds
 * nothing but the signature.
 */
export async function openTask(
  link: PlatformLink,
  signatory: Signatory,
  taskId: string,
  onProgress?: (share: number) => void,
): Promise<OpenedTask> {
  const call = { device: signatory.device, params: { taskId } }
  const detail = await link.call(phoneEndpoints.getTask, call)
  const content = await link.download(phoneEndpoints.getTaskContent, call, (received) =>
    onProgress?.(Math.min(1, received / detail.content.bytes)),
  )
  const toBeSigned = fromBase64(detail.toBeSigned)

  require(content.length === detail.content.bytes, 'content-length')
  require(toHex(sm3(content)) === detail.content.sm3, 'content-digest')
  checks[detail.task.kind]({ detail, content, toBeSigned, signatory })

  const e = sm2MessageDigest(parseSm2PublicKey(signatory.publicKey), toBeSigned)
  return { detail, content, e }
}

interface Checked {
  readonly detail: TaskDetail
  readonly content: Uint8Array
  readonly toBeSigned: Uint8Array
  readonly signatory: Signatory
}

/** What each kind of task must prove to the phone. */
const checks: Record<TaskDetail['task']['kind'], (task: Checked) => void> = {
  csr: checkCertificationRequest,
  login: checkLogin,
  pdf: checkPdf,
  cms: (task) => checkAttributes(task, CONTENT_TYPE.data, sm3(task.content)),
}

function checkCertificationRequest({ content, toBeSigned, signatory }: Checked): void {
  require(equalBytes(content, toBeSigned), 'csr-content')
  const info = readOrRefuse(() => parseCertificationRequestInfo(toBeSigned), 'csr-malformed')
  require(equalBytes(info.publicKey.bytes, signatory.publicKey), 'csr-public-key')
}

function checkLogin(task: Checked): void {
  checkAttributes(task, CONTENT_TYPE.loginRecord, sm3(task.content))
  const record = readOrRefuse(() => readLoginRecord(task.content), 'login-record-malformed')
  const { application, centreName, workstation, matchCode } = task.detail.task
  require(record.application.name === application, 'login-application')
  require(record.centre.name === centreName, 'login-centre')
  require(record.workstation === workstation, 'login-workstation')
  require(record.matchCode === matchCode, 'login-match-code')
  const { personId } = task.signatory
  require(personId === undefined || record.person.id === personId, 'login-person')
}

function checkPdf(task: Checked): void {
  const prepared = readOrRefuse(() => inspectPrepared(task.content), 'pdf-malformed')
  if (prepared.findings.length > 0) {
    throw new PhoneError('phone.content-mismatch', {
      details: { check: 'pdf-increment', findings: prepared.findings },
    })
  }
  require(prepared.baseLength === task.detail.baseLength, 'pdf-base-length')
  checkAttributes(task, CONTENT_TYPE.data, sm3(coveredBytes(task.content, prepared.byteRange)))
}

/** RFC 5652 §5.4 and RFC 5035: the attributes name this content and this certificate, and nothing else. */
function checkAttributes(task: Checked, contentType: string, digest: Uint8Array): void {
  const attributes = readOrRefuse(
    () => parseSignedAttributes(task.toBeSigned),
    'attributes-malformed',
  )
  require(attributes.contentType === contentType, 'attributes-content-type')
  require(attributes.messageDigest !== undefined &&
    equalBytes(attributes.messageDigest, digest), 'attributes-message-digest')
  const reference = attributes.signingCertificateV2
  require(reference?.digest === 'sm3', 'attributes-certificate')
  const certificate = ownCertificate(task.signatory)
  require(equalBytes(reference!.certHash, sm3(certificate.der)), 'attributes-certificate')
}

function ownCertificate(signatory: Signatory): Certificate {
  if (signatory.certificate === undefined) throw new PhoneError('phone.no-certificate')
  const certificate = parseCertificate(signatory.certificate)
  require(equalBytes(certificate.publicKey.bytes, signatory.publicKey), 'own-certificate')
  return certificate
}

function readOrRefuse<T>(read: () => T, check: string): T {
  try {
    return read()
  } catch (cause) {
    throw new PhoneError('phone.content-mismatch', { details: { check }, cause })
  }
}

function require(holds: boolean, check: string): asserts holds {
  if (!holds) throw new PhoneError('phone.content-mismatch', { details: { check } })
}
