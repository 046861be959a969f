import type { Certificate, Crl, OcspResponse } from '@yunqian/pki'
import {
  crlIsWhole,
  isResponder,
  keyIdentifiers,
  nameEquals,
  verifyIssued,
  verifyOcspResponse,
} from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'
import type { CheckCode } from './checks.ts'
import type { Material } from './material.ts'
import type { Context } from './options.ts'
import { check } from './policy.ts'
import type { Check } from './report.ts'

type Standing = 'sound' | 'stray' | 'broken'

/**
 * Whether everything that came enclosed is whole and belongs here: nothing outside the signed bytes may change
 * unseen, be it a certificate nobody needed. Each must lead to an anchor by signatures; one whose issuer is here
 * but did not sign it is broken, one that leads elsewhere or nowhere is a stray.
 */
export function judgeMaterial(context: Context, enclosed: Material): Check {
  if (enclosed.unreadable.length > 0)
    return check('material.broken', { unreadable: enclosed.unreadable.map((found) => found.value) })
  if (context.anchors.length === 0) return check('material.sound', { checked: false })
  const certificates = context.material.certificates.map((found) => found.value)
  const related = relatedToAnchors(context.anchors, certificates)
  const standings: [string, Standing][] = [
    ...enclosed.certificates.map(({ value }): [string, Standing] => [
      `certificate ${value.serialNumberHex}`,
      certificateStanding(value, related, certificates),
    ]),
    ...enclosed.crls.map(({ value }): [string, Standing] => ['crl', crlStanding(value, related)]),
    ...enclosed.ocsps.map(({ value }): [string, Standing] => [
      'ocsp-response',
      ocspStanding(value, related),
    ]),
  ]
  const looked = Object.fromEntries(standings.filter(([, standing]) => standing !== 'sound'))
  const code: CheckCode = standings.some(([, standing]) => standing === 'broken')
    ? 'material.broken'
    : standings.some(([, standing]) => standing === 'stray')
      ? 'material.stray'
      : 'material.sound'
  return check(code, looked)
}

/** Certificates joined to an anchor by sound signatures, above it or below; joined is not yet trusted. */
function relatedToAnchors(
  anchors: readonly Certificate[],
  certificates: readonly Certificate[],
): readonly Certificate[] {
  const related = [...anchors]
  for (let at = 0; at < related.length; at++) {
    const known = related[at] as Certificate
    for (const other of certificates) {
      if (related.some((certificate) => equalBytes(certificate.der, other.der))) continue
      if (whole(other, known) || standsAbove(other, known, certificates)) related.push(other)
    }
  }
  return related
}

/** An issuer of a known certificate that is whole itself: its own signature must hold, not only its key. */
function standsAbove(
  candidate: Certificate,
  known: Certificate,
  certificates: readonly Certificate[],
): boolean {
  return (
    whole(known, candidate) &&
    [candidate, ...certificates].some((issuer) => whole(candidate, issuer))
  )
}

/** Only whether it is unchanged since its issuer signed it is asked here, for which even SHA-1 is enough. */
function whole(certificate: Certificate, issuer: Certificate): boolean {
  return verifyIssued(certificate, issuer, { evenIfWeak: true })
}

function certificateStanding(
  certificate: Certificate,
  related: readonly Certificate[],
  all: readonly Certificate[],
): Standing {
  if (related.some((known) => equalBytes(known.der, certificate.der))) return 'sound'
  // Whole, but of a family the reader does not trust: that leads nowhere, and accuses nobody.
  if (all.some((issuer) => whole(certificate, issuer))) return 'stray'
  // Without an algorithm to check it by, nothing can be said; a name alone is not yet an issuer where the key
  // identifiers say that it was another key of that name.
  const issuers = [...related, ...all].filter(
    (issuer) =>
      issuer !== certificate &&
      nameEquals(certificate.issuer, issuer.subject) &&
      issuer.publicKey.kind !== 'unsupported' &&
      keyIdentifiers(certificate, issuer) !== 'differ',
  )
  const checkable = certificate.signatureAlgorithmName !== undefined && issuers.length > 0
  return checkable && !issuers.some((issuer) => whole(certificate, issuer)) ? 'broken' : 'stray'
}

function crlStanding(crl: Crl, related: readonly Certificate[]): Standing {
  if (related.some((issuer) => crlIsWhole(crl, issuer, { evenIfWeak: true }))) return 'sound'
  const keyId = crl.authorityKeyId?.keyId
  const issued = related.some(
    (issuer) =>
      nameEquals(crl.issuer, issuer.subject) &&
      issuer.publicKey.kind !== 'unsupported' &&
      (!keyId || !issuer.subjectKeyId || equalBytes(keyId, issuer.subjectKeyId)),
  )
  return crl.signatureAlgorithmName && issued ? 'broken' : 'stray'
}

function ocspStanding(response: OcspResponse, related: readonly Certificate[]): Standing {
  const { basic } = response
  const signed = related.some(
    (issuer) => verifyOcspResponse({ response, issuer, evenIfWeak: true }).signatureValid,
  )
  // A responder's certificate inside must hold by itself, even where the same one lies elsewhere too.
  const sound = (basic?.certificates ?? []).every((enclosed) =>
    related.some((known) => equalBytes(known.der, enclosed.der) || whole(enclosed, known)),
  )
  if (signed && sound) return 'sound'
  // A responder that leads to no anchor may be anyone's; one that does, and did not sign this, is proof of a change.
  const known =
    basic !== undefined && related.some((certificate) => isResponder(basic, certificate))
  const enclosedIssuer = (basic?.certificates ?? []).some((enclosed) =>
    related.some((issuer) => nameEquals(enclosed.issuer, issuer.subject)),
  )
  if (!basic) return 'broken'
  return basic.signatureAlgorithmName && (known || enclosedIssuer) ? 'broken' : 'stray'
}
