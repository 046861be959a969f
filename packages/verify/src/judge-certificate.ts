import type { Certificate } from '@yunqian/pki'
import { judgeChain } from './chain.ts'
import type { Context } from './options.ts'
import { check } from './policy.ts'
import type { Check } from './report.ts'
import { judgeStatus } from './status.ts'
import { judgeKeySize, judgeValidity } from './judge-signer.ts'

/** Judges a certificate by itself, as of the validation time. */
export function judgeCertificate(context: Context, certificate: Certificate): readonly Check[] {
  const when = { time: context.at, proven: false }
  const chain = judgeChain(context, certificate, context.at)
  return [
    judgeKeySize(certificate, context.policy.minimumRsaBits),
    check(chain.code, { problems: chain.problems }),
    judgeValidity(certificate, when, context.at),
    ...judgeStatus(context, chain.path, when, false),
  ]
}
