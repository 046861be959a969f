import { fromHex } from '@yunqian/sm'
import { type DigestName, digestOid } from '../digests.ts'
import { PkiError } from '../errors.ts'
import { CONTENT_TYPE } from '../oids.ts'
import type { TimeStampRequest } from '../tsp/time-stamp.ts'
import { signData } from './cms.ts'
import {
  boolean,
  generalizedTime,
  integer,
  integerBytes,
  namedBits,
  octetString,
  oid,
  sequence,
  utf8String,
} from './der.ts'
import type { Signer } from './signer.ts'

/** TimeStampReq (RFC 3161 §2.4.1). */
export function buildTimeStampRequest(fields: {
  readonly digestAlgorithm: DigestName
  readonly hashedMessage: Uint8Array
  readonly nonce?: Uint8Array
  readonly certReq: boolean
}): Uint8Array {
  return sequence(
    integer(1),
    messageImprint(fields.digestAlgorithm, fields.hashedMessage),
    ...(fields.nonce ? [integerBytes(fields.nonce)] : []),
    ...(fields.certReq ? [boolean(true)] : []),
  )
}

const messageImprint = (algorithm: DigestName, hashedMessage: Uint8Array): Uint8Array =>
  sequence(sequence(oid(digestOid(algorithm))), octetString(hashedMessage))

export interface TimeStampFields {
  readonly policy: string
  /** Unique for this authority for ever. */
  readonly serialNumber: Uint8Array
  readonly genTime: Date
  readonly accuracySeconds: number
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
}

/**
 * A time-stamp token over the request's imprint (RFC 3161 §2.4.2): genTime in whole seconds with the accuracy said,
 * the signing certificate named in the signed attributes (RFC 5816).
 */
export async function buildTimeStampToken(
  request: Pick<TimeStampRequest, 'digestAlgorithm' | 'hashedMessage' | 'nonce' | 'certReq'>,
  fields: TimeStampFields,
  signer: Signer,
): Promise<Uint8Array> {
  if (request.digestAlgorithm === undefined)
    throw new PkiError('pki.algorithm-unsupported', 'imprint digest unknown')
  const tstInfo = sequence(
    integer(1),
    oid(fields.policy),
    messageImprint(request.digestAlgorithm, request.hashedMessage),
    integerBytes(fields.serialNumber),
    generalizedTime(fields.genTime),
    sequence(integer(fields.accuracySeconds)),
    ...(request.nonce === undefined ? [] : [integerBytes(fromHex(request.nonce))]),
  )
  return signData({
    contentType: CONTENT_TYPE.tstInfo,
    content: tstInfo,
    signer,
    signerCertificate: fields.certificate,
    certificates: request.certReq ? fields.chain : 'none',
    signingTime: fields.genTime,
  })
}

/** TimeStampResp that grants. */
export const grantTimeStamp = (token: Uint8Array): Uint8Array =>
  sequence(sequence(integer(0)), token)

/** PKIFailureInfo bits of RFC 3161 §2.4.2. */
const FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  systemFailure: 25,
} as const

export type TimeStampFailure = keyof typeof FAILURES

/** TimeStampResp that refuses: status rejection, the reason in words and as a bit. */
export function refuseTimeStamp(failure: TimeStampFailure, text: string): Uint8Array {
  return sequence(sequence(integer(2), sequence(utf8String(text)), namedBits([FAILURES[failure]])))
}
