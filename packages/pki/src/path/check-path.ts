import { isWeakAlgorithm } from '../algorithms.ts'
import { verifyIssued } from '../x509/issued.ts'
import type { Certificate } from '../x509/certificate.ts'
import { isSelfIssued } from '../x509/certificate.ts'
import { namesPermitted } from './name-constraints.ts'
import { policiesHold } from './policies.ts'
import type { PathProblem, PathProblemCode } from './problem.ts'

/**
 * Checks a path from leaf to anchor (RFC 5280 §6.1). The anchor is trusted as it is: its own signature and validity
 * are not looked at, but it must be allowed to issue. All problems are listed, not only the first.
 */
export function checkPath(path: readonly Certificate[], at: Date): readonly PathProblem[] {
  const problems: PathProblem[] = []
  const report = (code: PathProblemCode, index: number): void => {
    const serialNumberHex = (path[index] as Certificate).serialNumberHex
    problems.push({ code, index, serialNumberHex })
  }
  for (let index = 0; index < path.length - 1; index++) {
    const certificate = path[index] as Certificate
    const issuer = path[index + 1] as Certificate
    for (const code of signatureProblems(certificate, issuer)) report(code, index)
    if (at < certificate.notBefore) report('path.not-yet-valid', index)
    if (at > certificate.notAfter) report('path.expired', index)
    if (certificate.unknownCriticalExtensions.length > 0)
      report('path.unknown-critical-extension', index)
    if (path.slice(index + 1).some((above) => !namesPermitted(certificate, above, index === 0)))
      report('path.name-constraints', index)
    for (const code of issuerProblems(path, index + 1)) report(code, index + 1)
  }
  if (!policiesHold(path.slice(0, -1).toReversed())) report('path.policy', 0)
  return problems
}

function signatureProblems(certificate: Certificate, issuer: Certificate): PathProblemCode[] {
  const { signatureAlgorithmName: algorithm } = certificate
  if (algorithm === undefined || issuer.publicKey.kind === 'unsupported')
    return ['path.algorithm-unsupported']
  if (!verifyIssued(certificate, issuer, { evenIfWeak: true })) return ['path.signature-invalid']
  return isWeakAlgorithm(algorithm) ? ['path.algorithm-weak'] : []
}

/** What keeps the certificate at `index` from standing above those before it. */
function issuerProblems(path: readonly Certificate[], index: number): PathProblemCode[] {
  const issuer = path[index] as Certificate
  const problems: PathProblemCode[] = []
  // Version 1 has no way to say CA; as an anchor it is the caller's decision, in between it is refused.
  const isAnchor = index === path.length - 1
  const mayBeCa = issuer.basicConstraints?.ca === true || (isAnchor && issuer.version === 1)
  if (!mayBeCa) problems.push('path.not-a-ca')
  if (issuer.keyUsage && !issuer.keyUsage.has('keyCertSign')) problems.push('path.key-usage')
  const between = path.slice(1, index).filter((certificate) => !isSelfIssued(certificate)).length
  const limit = issuer.basicConstraints?.pathLength
  if (limit !== undefined && between > limit) problems.push('path.length-exceeded')
  return problems
}
