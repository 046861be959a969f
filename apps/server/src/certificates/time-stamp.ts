import { POLICY_OID, parseTimeStampRequest, type TimeStampRequest } from '@yunqian/pki'
import { buildTimeStampToken, grantTimeStamp, refuseTimeStamp } from '@yunqian/pki/write'
import { newSerial } from '../issuance/index.ts'
import type { AuthorityKey } from '../keys/authority/index.ts'
import type { Clock } from '../platform/index.ts'

export interface TimeStampDeps {
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly authority: AuthorityKey
}

/** A token over an SM3 digest, for our own signatures. */
export function timeStamp(deps: TimeStampDeps, sm3: Uint8Array): Promise<Uint8Array> {
  return token(deps, { digestAlgorithm: 'sm3', hashedMessage: sm3, certReq: true })
}

/** Answers a time-stamp request (RFC 3161 §2.4); anyone may ask. */
export async function answerTimeStamp(
  deps: TimeStampDeps,
  request: Uint8Array,
): Promise<Uint8Array> {
  let asked: TimeStampRequest
  try {
    asked = parseTimeStampRequest(request)
  } catch {
    return refuseTimeStamp('badDataFormat', 'the request is not a TimeStampReq')
  }
  if (asked.digestAlgorithm === undefined || asked.digestAlgorithm === 'sha1')
    return refuseTimeStamp('badAlg', 'the digest algorithm is not accepted')
  if (asked.policy !== undefined && asked.policy !== POLICY_OID.notCertified)
    return refuseTimeStamp('unacceptedPolicy', 'the policy is not ours')
  return grantTimeStamp(await token(deps, asked))
}

function token(
  { clock, random, authority }: TimeStampDeps,
  request: Pick<TimeStampRequest, 'digestAlgorithm' | 'hashedMessage' | 'nonce' | 'certReq'>,
): Promise<Uint8Array> {
  const [certificate] = authority.chain
  if (!certificate) throw new Error('the time-stamp authority has no certificate')
  return buildTimeStampToken(
    request,
    {
      policy: POLICY_OID.notCertified,
      serialNumber: newSerial(random),
      genTime: clock.now(),
      accuracySeconds: 1,
      certificate,
      chain: authority.chain,
    },
    authority.signer,
  )
}
