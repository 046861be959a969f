// NIST PKITS with its revocation lists, under the policy that lets nothing unknown pass: paths, lists and their scopes.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, type Certificate } from '@yunqian/pki'
import { describe, expect, it } from 'vitest'
import { STRICT_POLICY } from './policy.ts'
import { verifyAny } from './verify-any.ts'

const folder = join(process.env['YUNQIAN_CORPORA'] ?? '', 'pkits')
const present = process.env['YUNQIAN_CORPORA'] !== undefined && existsSync(folder)
if (!present) console.warn('skipped: PKITS needs YUNQIAN_CORPORA to name the folder of corpora')

interface PkitsCase {
  readonly Name: string
  readonly CertPath: readonly string[]
  readonly CRLPath: readonly string[]
  readonly ShouldValidate: boolean
  readonly InitialPolicySet: readonly string[]
  readonly InitialPolicyMappingInhibit: boolean
  readonly InitialExplicitPolicy: boolean
  readonly InitialAnyPolicyInhibit: boolean
}

const cases: PkitsCase[] = present
  ? (JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as PkitsCase[]).filter(
      (test) =>
        test.InitialPolicySet.join() === 'anyPolicy' &&
        !test.InitialPolicyMappingInhibit &&
        !test.InitialExplicitPolicy &&
        !test.InitialAnyPolicyInhibit,
    )
  : []

// Good paths that are left undecided: DSA; lists found by directory name, of some reasons, or of other issuers; a hold
// that only a delta list lifts.
const undecided = /^4\.1\.[45] |^4\.14\.([1457]|18|19|22|24|25|28|29|30|33) |^4\.15\.5 /

const bytes = (kind: string, name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(folder, kind, name)))

function certificate(name: string): Certificate[] {
  try {
    return [parseCertificate(bytes('certs', name))]
  } catch {
    return []
  }
}

describe.skipIf(!present)('NIST PKITS with revocation', () => {
  it('is there in numbers', () => expect(cases.length).toBeGreaterThan(200))

  it.each(cases.map((test) => [test.Name, test] as const))('%s', (_, test) => {
    const [anchor, ...rest] = test.CertPath
    const report = verifyAny(bytes('certs', rest.at(-1) as string), {
      trustAnchors: certificate(anchor as string),
      intermediates: rest.slice(0, -1).flatMap(certificate),
      crls: test.CRLPath.map((name) => bytes('crls', name)),
      now: new Date('2011-04-15T00:00:00Z'),
      policy: STRICT_POLICY,
    })
    expect(report.verdict === 'valid').toBe(test.ShouldValidate && !undecided.test(test.Name))
  })
})
