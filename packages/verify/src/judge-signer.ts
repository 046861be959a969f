import type { Certificate } from '@yunqian/pki'
import { fieldsOf, formatName, readDer, readInteger } from '@yunqian/pki'
import { judgeChain } from './chain.ts'
import type { CheckCode } from './checks.ts'
import { judgeKeyUsage } from './key-usage.ts'
import type { Purpose } from './key-usage.ts'
import type { Context } from './options.ts'
import { check } from './policy.ts'
import type { ProvenTime } from './proven-time.ts'
import type { Check, Looked } from './report.ts'
import { judgeStatus } from './status.ts'
import type { SignerFacts } from './signer-facts.ts'

export interface JudgedSigner {
  readonly checks: readonly Check[]
  readonly path: readonly Certificate[]
}

/**
 * The checks every signature goes through, of a person, a timestamp, the log or a bundle's seal alike: integrity,
 * signature value, certificate binding, algorithm, chain and validity at the proven time, key usage, revocation.
 */
export function judgeSigner(
  context: Context,
  facts: SignerFacts,
  purpose: Purpose,
  when: ProvenTime,
): JudgedSigner {
  const checks = [check(contentCode(facts))]
  const { certificate } = facts
  if (!certificate) return { checks: [...checks, check('signature.certificate-missing')], path: [] }
  checks.push(
    check(facts.signatureValid ? 'signature.correct' : signatureProblem(facts), {
      algorithm: facts.algorithm ?? 'unsupported',
    }),
    check(bindingCode(facts)),
    judgeKeySize(certificate, context.policy.minimumRsaBits),
  )
  if (facts.weak) checks.push(check('algorithm.weak-digest'))
  const { unjudgedAttributes } = facts
  if (unjudgedAttributes.length > 0)
    checks.push(check('signature.unsigned-attributes', { attributes: unjudgedAttributes }))
  const chain = judgeChain(context, certificate, when.time)
  checks.push(
    check(chain.code, { path: chain.path.map(nameOf), problems: chain.problems }),
    judgeValidity(certificate, when, context.at),
    check(judgeKeyUsage(certificate, purpose), {
      keyUsage: [...(certificate.keyUsage ?? [])],
      extendedKeyUsage: [...(certificate.extKeyUsage ?? [])],
    }),
    ...judgeStatus(context, chain.path, when, purpose !== 'document'),
  )
  return { checks, path: chain.path }
}

function contentCode(facts: SignerFacts): CheckCode {
  if (facts.content === 'no-content') return 'integrity.content-missing'
  if (facts.content === 'no-digest') return 'integrity.not-computed'
  if (facts.content === 'differs') return 'integrity.altered'
  return facts.contentTypeMatches ? 'integrity.intact' : 'integrity.content-type-mismatch'
}

function signatureProblem({ algorithm, certificate }: SignerFacts): CheckCode {
  const unsupported = algorithm === undefined || certificate?.publicKey.kind === 'unsupported'
  return unsupported ? 'algorithm.unsupported' : 'signature.wrong'
}

function bindingCode({ binding }: SignerFacts): CheckCode {
  if (binding === 'bound') return 'binding.bound'
  return binding === 'absent' ? 'binding.absent' : 'binding.other-certificate'
}

export function judgeKeySize(certificate: Certificate, minimumRsaBits: number): Check {
  const { kind } = certificate.publicKey
  const bits =
    kind === 'rsa' || kind === 'rsa-pss' ? rsaBits(certificate.publicKey.bytes) : undefined
  const looked: Looked = { key: kind, ...(bits === undefined ? {} : { bits }) }
  const weak = bits !== undefined && bits < minimumRsaBits
  return check(weak ? 'algorithm.weak' : 'algorithm.accepted', looked)
}

// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }, RFC 8017 A.1.1.
function rsaBits(publicKey: Uint8Array): number {
  try {
    return readInteger(fieldsOf(readDer(publicKey)).next()).toString(2).length
  } catch {
    return 0
  }
}

export function judgeValidity(certificate: Certificate, when: ProvenTime, at: Date): Check {
  return check(validityCode(certificate, when, at), validityLooked(certificate, when))
}

function validityCode(certificate: Certificate, { time }: ProvenTime, at: Date): CheckCode {
  if (time > at) return 'validity.after-validation-time'
  if (time < certificate.notBefore) return 'validity.not-yet'
  return time > certificate.notAfter ? 'validity.expired' : 'validity.within'
}

function validityLooked(certificate: Certificate, { time, proven }: ProvenTime): Looked {
  return {
    time: time.toISOString(),
    proven,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}

const nameOf = (certificate: Certificate): string => formatName(certificate.subject)
