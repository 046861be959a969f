import {
  certIdNames,
  crlCovers,
  formatName,
  nameEquals,
  verifyCrl,
  verifyOcspResponse,
} from '@yunqian/pki'
import type { Certificate, Crl, OcspResponse } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import { judgeChain } from './chain.ts'
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
    // A list of that issuer at hand, be it one that must not be used or cannot be read, is proof that there are lists.
    const published =
      certificate.statusIsPublished ||
      context.material.unreadable.some(({ value }) => value !== 'certificate') ||
      context.material.crls.some(({ value }) => nameEquals(value.issuer, certificate.issuer))
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
    ...crls.flatMap(({ value }) => {
      const signer = [issuer, ...otherKeysOf(context, issuer)].find((one) => verifyCrl(value, one))
      return signer ? crlStatement(value, certificate) : []
    }),
  ]
}

/** An authority may sign lists with another key than certificates (RFC 5280 §6.3.3 f); it must be as trusted. */
function otherKeysOf(context: Context, issuer: Certificate): readonly Certificate[] {
  return context.material.certificates.flatMap(({ value }) => {
    const another =
      nameEquals(value.subject, issuer.subject) &&
      !equalBytes(value.publicKey.der, issuer.publicKey.der)
    if (!another) return []
    const { code, path } = judgeChain(context, value, context.at)
    return code === 'chain.trusted' && !isListed(context, value, path[1]) ? [value] : []
  })
}

function isListed(
  context: Context,
  certificate: Certificate,
  by: Certificate | undefined,
): boolean {
  return context.material.crls.some(
    ({ value }) =>
      by !== undefined && value.entries.has(certificate.serialNumberHex) && verifyCrl(value, by),
  )
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

/** What a list that holds says. */
function crlStatement(crl: Crl, certificate: Certificate): StatusStatement[] {
  if (!crlCovers(crl, certificate)) return []
  const entry = crl.entries.get(certificate.serialNumberHex)
  if (crl.isDelta && (!entry || entry.reason === 'removeFromCRL')) return []
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
