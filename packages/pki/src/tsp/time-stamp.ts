import { parseForeignSignedData, parseSignedData, type SignedData } from '../cms/signed-data.ts'
import {
  childrenOf,
  contextConstructed,
  contextPrimitive,
  type DerNode,
  fieldsOf,
  readBoolean,
  readDer,
  readGeneralizedTime,
  readInteger,
  readIntegerHex,
  readOctetString,
  readOid,
  readSmallInteger,
  readText,
  TAG,
} from '../der/index.ts'
import { digestLength, type DigestName, digestNameOf } from '../digests.ts'
import { DerError } from '../errors.ts'
import { CONTENT_TYPE } from '../oids.ts'
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts'

/** MessageImprint: what is stamped, by digest (RFC 3161 §2.4.1). */
export interface MessageImprint {
  /** Undefined when this package does not compute it. */
  readonly digestAlgorithm: DigestName | undefined
  readonly hashedMessage: Uint8Array
}

export interface TimeStampRequest extends MessageImprint {
  readonly policy?: string
  /** Lower-case hex. */
  readonly nonce?: string
  readonly certReq: boolean
}

export interface TstInfo extends MessageImprint {
  readonly policy: string
  readonly serialNumberHex: string
  readonly genTime: Date
  readonly accuracy?: { readonly seconds: number; readonly millis: number; readonly micros: number }
  readonly ordering: boolean
  readonly nonce?: string
}

export interface TimeStampToken {
  readonly der: Uint8Array
  readonly tstInfo: TstInfo
  readonly signedData: SignedData
}

export interface TimeStampResponse {
  /** PKIStatus: 0 granted, 1 granted with modifications, others refusals (RFC 3161 §2.4.2). */
  readonly status: number
  readonly statusText: readonly string[]
  readonly token?: TimeStampToken
}

/**
 * Parses a TimeStampReq (RFC 3161 §2.4.1).
 * @throws DerError
 */
export function parseTimeStampRequest(der: Uint8Array): TimeStampRequest {
  const fields = fieldsOf(readDer(der))
  requireVersion1(fields.next(TAG.integer))
  const imprint = readImprint(fields.next())
  const policy = fields.optional(TAG.oid)
  const nonce = fields.optional(TAG.integer)
  const certReq = fields.optional(TAG.boolean)
  // Extensions would have to be understood; there is none we do (RFC 3161: then refuse).
  fields.end()
  return {
    ...imprint,
    ...(policy ? { policy: readOid(policy) } : {}),
    ...(nonce ? { nonce: readNonce(nonce) } : {}),
    certReq: certReq !== undefined && readBoolean(certReq),
  }
}

/**
 * Parses a TimeStampResp (RFC 3161 §2.4.2); a refusal has no token.
 * @throws DerError
 */
export function parseTimeStampResponse(der: Uint8Array): TimeStampResponse {
  const fields = fieldsOf(readDer(der))
  const statusInfo = fieldsOf(fields.next())
  const status = readSmallInteger(statusInfo.next())
  const texts = statusInfo.optional(TAG.sequence)
  statusInfo.optional(TAG.bitString)
  statusInfo.end()
  const token = fields.optional(TAG.sequence)
  fields.end()
  if (status <= 1 !== (token !== undefined))
    throw new DerError('pki.der-missing-field', 0, 'status and token disagree')
  return {
    status,
    statusText: texts ? childrenOf(texts).map((node) => readText(node)) : [],
    ...(token ? { token: parseTimeStampToken(token.bytes) } : {}),
  }
}

/**
 * Parses a TimeStampToken: SignedData over a TSTInfo by exactly one signer (RFC 3161 §2.4.2).
 * @throws DerError
 */
export function parseTimeStampToken(der: Uint8Array): TimeStampToken {
  return tokenOf(parseSignedData(der))
}

/**
 * The same for a token of an authority elsewhere; see {@link parseForeignSignedData}.
 * @throws DerError
 */
export function parseForeignTimeStampToken(bytes: Uint8Array): TimeStampToken {
  return tokenOf(parseForeignSignedData(bytes))
}

function tokenOf(signedData: SignedData): TimeStampToken {
  if (signedData.contentType !== CONTENT_TYPE.tstInfo || !signedData.content)
    throw new DerError('pki.der-invalid-value', 0, 'not a time-stamp token')
  if (signedData.signerInfos.length !== 1)
    throw new DerError('pki.der-extra-field', 0, 'a token has one signer')
  const { der, content } = signedData
  return { der, tstInfo: readTstInfo(readDer(content)), signedData }
}

function readTstInfo(node: DerNode): TstInfo {
  const fields = fieldsOf(node)
  requireVersion1(fields.next(TAG.integer))
  const policy = readOid(fields.next(TAG.oid))
  const imprint = readImprint(fields.next())
  const serialNumberHex = readIntegerHex(fields.next(TAG.integer))
  const genTime = readGeneralizedTime(fields.next())
  const accuracy = fields.optional(TAG.sequence)
  const ordering = fields.optional(TAG.boolean)
  const nonce = fields.optional(TAG.integer)
  // tsa [0] is a hint only; the certificate says who it was.
  fields.optional(contextConstructed(0))
  fields.optional(contextConstructed(1))
  fields.end()
  return {
    policy,
    ...imprint,
    serialNumberHex,
    genTime,
    ...(accuracy ? { accuracy: readAccuracy(accuracy) } : {}),
    ordering: ordering !== undefined && readBoolean(ordering),
    // An authority repeats what it was sent, and several clients send random octets with the sign bit set.
    ...(nonce ? { nonce: readIntegerHex(nonce) } : {}),
  }
}

function readImprint(node: DerNode): MessageImprint {
  const fields = fieldsOf(node)
  const digestAlgorithm = digestNameOf(readAlgorithmIdentifier(fields.next()).oid)
  const hashedMessage = readOctetString(fields.next())
  fields.end()
  if (digestAlgorithm && hashedMessage.length !== digestLength(digestAlgorithm))
    throw new DerError('pki.der-invalid-value', node.offset, 'imprint length')
  return { digestAlgorithm, hashedMessage }
}

function readAccuracy(node: DerNode): NonNullable<TstInfo['accuracy']> {
  const fields = fieldsOf(node)
  const seconds = fields.optional(TAG.integer)
  const millis = fields.optional(contextPrimitive(0))
  const micros = fields.optional(contextPrimitive(1))
  fields.end()
  return {
    seconds: seconds ? readSmallInteger(seconds) : 0,
    millis: millis ? readSmallInteger(millis, contextPrimitive(0)) : 0,
    micros: micros ? readSmallInteger(micros, contextPrimitive(1)) : 0,
  }
}

/** A nonce is a large random number (RFC 3161 §2.4.1); nobody means a negative one. */
function readNonce(node: DerNode): string {
  const hex = readIntegerHex(node)
  if (hex.startsWith('-')) throw new DerError('pki.der-invalid-value', node.offset, 'nonce')
  return hex
}

function requireVersion1(node: DerNode): void {
  if (readInteger(node) !== 1n) throw new DerError('pki.der-unsupported-version', node.offset)
}
