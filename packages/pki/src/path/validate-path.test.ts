import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../x509/certificate.ts'
import type { Certificate } from '../x509/certificate.ts'
import { validatePath } from './validate-path.ts'

const folder = join(process.env['YUNQIAN_CORPORA'] ?? '', 'pkits')
const present = process.env['YUNQIAN_CORPORA'] !== undefined && existsSync(folder)
if (!present) console.warn('skipped: PKITS needs YUNQIAN_CORPORA to name the folder of corpora')

interface PkitsCase {
  readonly Name: string
  readonly CertPath: readonly string[]
  readonly ShouldValidate: boolean
  readonly InitialPolicySet: readonly string[]
  readonly InitialPolicyMappingInhibit: boolean
  readonly InitialExplicitPolicy: boolean
  readonly InitialAnyPolicyInhibit: boolean
}

// Verdicts that hang on revocation lists or on algorithms and parameters this package leaves to others.
const revocation = /^4\.(4|5|14|15)\.|^4\.7\.[45]\b/
const dsa = /DSA/

const cases: PkitsCase[] = present
  ? (JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as PkitsCase[]).filter(
      (test) =>
        !revocation.test(test.Name) &&
        !dsa.test(test.Name) &&
        test.InitialPolicySet.join() === 'anyPolicy' &&
        !test.InitialPolicyMappingInhibit &&
        !test.InitialExplicitPolicy &&
        !test.InitialAnyPolicyInhibit,
    )
  : []

function read(name: string): Certificate | undefined {
  try {
    return parseCertificate(new Uint8Array(readFileSync(join(folder, 'certs', name))))
  } catch {
    return undefined
  }
}

describe.skipIf(!present)('NIST PKITS', () => {
  it('is there in numbers', () => {
    expect(cases.length).toBeGreaterThan(100)
  })

  it.each(cases.map((test) => [test.Name, test] as const))('%s', (_, test) => {
    const certificates = test.CertPath.map(read)
    const readable = certificates.filter((certificate) => certificate !== undefined)
    const [anchor, ...rest] = readable
    const leaf = certificates.at(-1)
    const verdict =
      leaf !== undefined &&
      readable.length === certificates.length &&
      validatePath({
        leaf,
        intermediates: rest.slice(0, -1),
        trustAnchors: [anchor as Certificate],
        at: new Date('2011-04-15T00:00:00Z'),
      }).problems.length === 0
    expect(verdict).toBe(test.ShouldValidate)
  })
})
