import { assert, integer, nat, property, uint8Array } from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { after, makeAuthority, type Authority } from '../../../test/authority/authority.ts'
import { signContent, signPdf } from '../../../test/authority/signing.ts'
import { samplePdf } from '../../../test/documents/samples.ts'
import { writeZip } from '@yunqian/evidence/write'
import { formatReport } from './format-report.ts'
import { verifyAny } from './verify-any.ts'

let authority: Authority
let samples: Uint8Array[]

beforeAll(async () => {
  authority = await makeAuthority('ecdsa-with-sha256')
  const content = new TextEncoder().encode('x')
  samples = [
    await signPdf(authority, await samplePdf()),
    await signContent(authority, content, { detached: false }),
    authority.doctor.certificate.der,
    writeZip([
      { path: 'manifest.json', bytes: new TextEncoder().encode('{}') },
      { path: 'manifest.p7s', bytes: content },
    ]),
  ]
})

const judge = (bytes: Uint8Array) => {
  const report = verifyAny(bytes, {
    trustAnchors: [authority.root.certificate],
    now: after(11),
    detachedContent: Uint8Array.of(1),
  })
  expect(formatReport(report, 'zh')).toContain(report.zh)
  return report.verdict
}

describe('hostile files', () => {
  it('noise gets a report', () => {
    assert(
      property(uint8Array({ maxLength: 400 }), (noise) => {
        for (const head of [[], [0x30, 0x82], [0x50, 0x4b, 3, 4], [0x25, 0x50, 0x44, 0x46, 0x2d]])
          expect(judge(Uint8Array.of(...head, ...noise))).not.toBe('valid')
      }),
      { numRuns: 150 },
    )
  })

  it('torn, doubled and overwritten files get a report, and never a good one', () => {
    assert(
      property(
        nat(3),
        nat(),
        integer({ min: 1, max: 60 }),
        uint8Array({ minLength: 1, maxLength: 60 }),
        (pick, where, length, noise) => {
          const sample = samples[pick] as Uint8Array
          const at = where % sample.length
          const overwritten = sample.slice()
          overwritten.set(noise.subarray(0, Math.min(noise.length, sample.length - at)), at)
          const same = overwritten.every((byte, i) => byte === sample[i])
          if (!same) expect(judge(overwritten)).not.toBe('valid')
          expect(judge(sample.slice(0, at))).not.toBe('valid')
          const cut = Uint8Array.of(...sample.slice(0, at), ...sample.slice(at + length))
          expect(judge(cut)).not.toBe('valid')
        },
      ),
      { numRuns: 40 },
    )
  })

  it('names cannot steer a terminal', () => {
    const report = verifyAny(samples[1] as Uint8Array, { trustAnchors: [], now: after(11) })
    const hostile = JSON.parse(
      JSON.stringify(report).replaceAll('陈医生', String.raw`\u001b[2J\u202e`),
    ) as typeof report
    // oxlint-disable-next-line no-control-regex -- the very characters that must be gone.
    expect(formatReport(hostile, 'zh')).not.toMatch(/[\u001b\u202e]/)
  })
})
