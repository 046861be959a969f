import { describe, expect, it } from 'vitest'
import { readDer } from '../der/index.ts'
import { explicit, implicitConstructed, implicitPrimitive, sequence, tlv } from '../write/der.ts'
import type { Certificate } from '../x509/certificate.ts'
import { readIssuingDistributionPoint, scopeCovers } from './issuing-distribution-point.ts'

const here = 'http://ca.example/crl/1.crl'
const flag = (number: number): Uint8Array => implicitPrimitive(number, Uint8Array.of(0xff))
const point = (uri: string): Uint8Array =>
  explicit(0, implicitConstructed(0, tlv(0x86, new TextEncoder().encode(uri))))
const scope = (...parts: Uint8Array[]) => readIssuingDistributionPoint(readDer(sequence(...parts)))
const certificate = (ca: boolean, uris: string[] = [here]): Certificate =>
  ({ basicConstraints: { ca }, crlDistributionPoints: uris }) as unknown as Certificate

describe('the scope of a partitioned list', () => {
  it('covers everything where there is none', () => {
    expect(scopeCovers(undefined, certificate(false, []))).toBe(true)
    expect(scopeCovers(scope(), certificate(false, []))).toBe(true)
  })

  it('is bound to a distribution point that the certificate must name', () => {
    expect(scopeCovers(scope(point(here)), certificate(false))).toBe(true)
    expect(scopeCovers(scope(point('http://ca.example/crl/2.crl')), certificate(false))).toBe(false)
    expect(scopeCovers(scope(point(here)), certificate(false, []))).toBe(false)
  })

  it('is bound to users or to authorities', () => {
    expect(scopeCovers(scope(flag(1)), certificate(false))).toBe(true)
    expect(scopeCovers(scope(flag(1)), certificate(true))).toBe(false)
    expect(scopeCovers(scope(flag(2)), certificate(true))).toBe(true)
    expect(scopeCovers(scope(flag(2)), certificate(false))).toBe(false)
  })

  it.each([
    ['indirect lists', [flag(4)]],
    ['attribute certificates', [flag(5)]],
    ['some reasons only', [implicitPrimitive(3, Uint8Array.of(7, 0x80))]],
    [
      'a point without a name that can be compared',
      [explicit(0, implicitConstructed(1, new Uint8Array()))],
    ],
    ['users and authorities at once', [flag(1), flag(2)]],
  ])('says nothing for %s', (_, parts) => {
    expect(scopeCovers(scope(...parts), certificate(false))).toBe(false)
    expect(scopeCovers(scope(...parts), certificate(true))).toBe(false)
  })
})
