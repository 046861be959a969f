import { certIdNames, crlCovers, formatName, verifyCrl, verifyOcspResponse } from '@yunqian/pki'
import type { Certificate, Crl, OcspResponse } from '@yunqian/pki'
import type { ProvenTime } from './proven-time.ts'
import type { Context } from './options.ts'
import { check } from './policy.ts'
import type { Check, Looked } from './report.ts'
import { judgeRevocation } from './revocation-rule.ts'
import type { StatusStatement } from './revocation-rule.ts'

/**
 * Revocation of every certificate of a path but the anchor: the signer's own strictly, those above it and those of
 * services by what is at hand. One check, of the worst answer.
 */
export function judgeStatus(
  context: Context,
  path: readonly Certificate[],
  when: ProvenTime,
  service: boolean,
): readonly Check[] {
  if (path.length < 2) return [check('revocation.not-applicable')]
  return path.slice(0, -1).flatMap((certificate, i) => {
    const issuer = path[i + 1] as Certificate
    const statements = statementsAbout(context, certificate, issuer)
    const published =
      certificate.ocspUrls.length > 0 || certificate.crlDistributionPoints.length > 0
    const code = judgeRevocation(statements, {
      ...when,
      service: service || i > 0,
      published,
      statusCurrentForHours: context.policy.statusCurrentForHours,
      clockToleranceSeconds: context.policy.clockToleranceSeconds,
    })
    // An issuer without published status is the rule for foreign roots; only the signer's is worth a line.
    if (i > 0 && code === 'revocation.none-published') return []
    return [check(code, lookedAt(certificate, statements))]
  })
}

function lookedAt(certificate: Certificate, statements: readonly StatusStatement[]): Looked {
  return {
    certificate: formatName(certificate.subject),
    statements: statements.map((statement) => ({
      form: statement.form,
      status: statement.status,
      thisUpdate: statement.thisUpdate.toISOString(),
      nextUpdate: statement.nextUpdate?.toISOString() ?? null,
      revokedAt: statement.revokedAt?.toISOString() ?? null,
      reason: statement.reason ?? null,
    })),
  }
}

/** What sound OCSP responses and CRLs say about a certificate; unsound ones say nothing. */
function statementsAbout(
  context: Context,
  certificate: Certificate,
  issuer: Certificate,
): readonly StatusStatement[] {
  const { ocsps, crls } = context.material
  return [
    ...ocsps.flatMap(({ value }) => ocspStatement(value, certificate, issuer)),
    ...crls.flatMap(({ value }) => crlStatement(value, certificate, issuer)),
  ]
}

function ocspStatement(
  response: OcspResponse,
  certificate: Certificate,
  issuer: Certificate,
): StatusStatement[] {
  const mentioned = response.basic?.responses.some((single) =>
    certIdNames(single.certId, certificate, issuer),
  )
  if (!mentioned) return []
  const { signatureValid, single } = verifyOcspResponse({ response, certificate, issuer })
  if (!signatureValid || !single) return []
  return [
    {
      form: 'ocsp',
      status: single.status,
      thisUpdate: single.thisUpdate,
      nextUpdate: single.nextUpdate,
      revokedAt: single.revocationTime,
      reason: single.reason,
    },
  ]
}

function crlStatement(crl: Crl, certificate: Certificate, issuer: Certificate): StatusStatement[] {
  if (!crlCovers(crl, certificate) || !verifyCrl(crl, issuer)) return []
  const entry = crl.entries.get(certificate.serialNumberHex)
  return [
    {
      form: 'crl',
      status: entry ? 'revoked' : 'good',
      thisUpdate: crl.thisUpdate,
      nextUpdate: crl.nextUpdate,
      revokedAt: entry?.revocationDate,
      reason: entry?.reason,
    },
  ]
}
