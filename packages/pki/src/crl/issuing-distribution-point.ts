import {
  contextConstructed,
  contextPrimitive,
  type DerNode,
  explicitChild,
  fieldsOf,
  readBoolean,
} from '../der/index.ts'
import type { Certificate } from '../x509/certificate.ts'
import { readGeneralNames } from '../x509/general-name.ts'

/** IssuingDistributionPoint (RFC 5280 §5.2.5): which certificates a partitioned list speaks about. */
export interface IssuingDistributionPoint {
  /** URIs of the full name; undefined when the list is not bound to a distribution point. */
  readonly uris: readonly string[] | undefined
  readonly only: 'user-certificates' | 'ca-certificates' | undefined
  /** False for scopes not judged here: lists of some reasons, of other issuers' or of attribute certificates. */
  readonly understood: boolean
}

export function readIssuingDistributionPoint(node: DerNode): IssuingDistributionPoint {
  const fields = fieldsOf(node)
  const point = fields.optional(contextConstructed(0))
  const flag = (number: number): boolean => {
    const found = fields.optional(contextPrimitive(number))
    return found !== undefined && readBoolean(found, contextPrimitive(number))
  }
  const [userOnly, caOnly] = [flag(1), flag(2)]
  const someReasons = fields.optional(contextPrimitive(3))
  const [indirect, attributeOnly] = [flag(4), flag(5)]
  fields.end()
  const uris = point && urisOf(explicitChild(point))
  const only = userOnly ? 'user-certificates' : caOnly ? 'ca-certificates' : undefined
  const nameless = point !== undefined && uris?.length === 0
  const understood =
    !someReasons && !indirect && !attributeOnly && !nameless && !(userOnly && caOnly)
  return { uris, only, understood }
}

// Full names only: a name relative to the issuer, or a directory entry, is compared nowhere here.
function urisOf(name: DerNode): readonly string[] {
  if (name.tag !== contextConstructed(0)) return []
  return readGeneralNames(name, contextConstructed(0)).flatMap((entry) =>
    entry.kind === 'uri' ? [entry.value] : [],
  )
}

/** Whether a list of this scope says anything about the certificate (RFC 5280 §6.3.3 b). */
export function scopeCovers(
  scope: IssuingDistributionPoint | undefined,
  certificate: Certificate,
): boolean {
  if (!scope) return true
  const isCa = certificate.basicConstraints?.ca === true
  if (scope.only && (scope.only === 'ca-certificates') !== isCa) return false
  return (
    scope.understood &&
    (!scope.uris || scope.uris.some((uri) => certificate.crlDistributionPoints.includes(uri)))
  )
}
