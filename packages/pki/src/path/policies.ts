import { POLICY_OID } from '../oids.ts'
import type { Certificate } from '../x509/certificate.ts'
import { isSelfIssued } from '../x509/certificate.ts'

const ANY = POLICY_OID.any

interface Counters {
  readonly explicit: number
  readonly mapping: number
  readonly anyPolicy: number
}

/**
 * Policy processing of RFC 5280 §6.1 for a relying party that accepts any policy: false when some certificate asks
 * for an explicit policy and none runs through the whole path. One level of valid policies is carried forward, each
 * with the policies it expects next (RFC 9618 shows that the tree of RFC 5280 needs no more, and may not grow).
 * `path` runs from the certificate below the anchor to the leaf.
 */
export function policiesHold(path: readonly Certificate[]): boolean {
  const unlimited = path.length + 1
  let counters: Counters = { explicit: unlimited, mapping: unlimited, anyPolicy: unlimited }
  let level: ReadonlyMap<string, ReadonlySet<string>> = new Map([[ANY, new Set([ANY])]])
  for (const [i, certificate] of path.entries()) {
    const isLeaf = i === path.length - 1
    const anyAllowed = counters.anyPolicy > 0 || (!isLeaf && isSelfIssued(certificate))
    level = nextLevel(level, certificate.certificatePolicies, anyAllowed)
    if (counters.explicit === 0 && level.size === 0) return false
    if (isLeaf) return leafHolds(certificate, counters, level)
    const mapped = mapPolicies(level, certificate, counters.mapping > 0)
    if (!mapped) return false
    level = mapped
    counters = lowered(certificate, counters)
  }
  return true
}

function nextLevel(
  level: ReadonlyMap<string, ReadonlySet<string>>,
  policies: readonly string[],
  anyAllowed: boolean,
): Map<string, ReadonlySet<string>> {
  const next = new Map<string, ReadonlySet<string>>()
  const expected = new Set([...level.values()].flatMap((set) => [...set]))
  for (const policy of policies)
    if (policy !== ANY && (expected.has(policy) || level.has(ANY)))
      next.set(policy, new Set([policy]))
  if (anyAllowed && policies.includes(ANY))
    for (const policy of expected) if (!next.has(policy)) next.set(policy, new Set([policy]))
  return next
}

function mapPolicies(
  level: ReadonlyMap<string, ReadonlySet<string>>,
  { policyMappings }: Certificate,
  allowed: boolean,
): ReadonlyMap<string, ReadonlySet<string>> | undefined {
  const next = new Map(level)
  const to = new Map<string, Set<string>>()
  for (const { issuerDomainPolicy: from, subjectDomainPolicy } of policyMappings) {
    if (from === ANY || subjectDomainPolicy === ANY) return undefined
    to.set(from, (to.get(from) ?? new Set()).add(subjectDomainPolicy))
  }
  for (const [from, subjects] of to) {
    if (!allowed) next.delete(from)
    else if (next.has(from) || next.has(ANY)) next.set(from, subjects)
  }
  return next
}

function lowered(certificate: Certificate, counters: Counters): Counters {
  const step = isSelfIssued(certificate) ? 0 : 1
  const lower = (counter: number, limit: number | undefined): number =>
    Math.min(Math.max(0, counter - step), limit ?? Infinity)
  const { policyConstraints } = certificate
  return {
    explicit: lower(counters.explicit, policyConstraints?.requireExplicitPolicy),
    mapping: lower(counters.mapping, policyConstraints?.inhibitPolicyMapping),
    anyPolicy: lower(counters.anyPolicy, certificate.inhibitAnyPolicy),
  }
}

// §6.1.5: the leaf itself may still ask for an explicit policy, with the value 0 only.
function leafHolds(
  leaf: Certificate,
  counters: Counters,
  level: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const asked = leaf.policyConstraints?.requireExplicitPolicy === 0
  const explicit = asked ? 0 : Math.max(0, counters.explicit - 1)
  return explicit > 0 || level.size > 0
}
