import { parseCertificate, parseCrl, parseOcspResponse } from '@yunqian/pki'
import type { Certificate, Crl, OcspResponse } from '@yunqian/pki'
import { equalBytes } from '@yunqian/sm'

/** Where a certificate or a status came from: the caller, a signature, a PDF's security store, a bundle. */
export type Source = 'given' | 'signature' | 'security-store' | 'bundle'

interface Found<T> {
  readonly value: T
  readonly source: Source
}

/** Certificates and status information to judge with. Parsed, not believed: every use checks signatures. */
export interface Material {
  readonly certificates: readonly Found<Certificate>[]
  readonly crls: readonly Found<Crl>[]
  readonly ocsps: readonly Found<OcspResponse>[]
  /** What could not even be parsed. */
  readonly unreadable: readonly Found<'certificate' | 'crl' | 'ocsp-response'>[]
}

export interface RawMaterial {
  readonly certificates?: readonly Uint8Array[]
  readonly crls?: readonly Uint8Array[]
  readonly ocsps?: readonly Uint8Array[]
}

// More than any honest file needs; every certificate and status costs signatures to check.
const MAX_PIECES = 100

/** Parses what came from one source; pieces beyond a hundred of a kind count as unreadable. */
export function readMaterial(raw: RawMaterial, source: Source): Material {
  const unreadable: Found<'certificate' | 'crl' | 'ocsp-response'>[] = []
  const read = <T>(
    list: readonly Uint8Array[] | undefined,
    parse: (der: Uint8Array) => T,
    what: 'certificate' | 'crl' | 'ocsp-response',
  ): Found<T>[] =>
    (list ?? []).flatMap((der, i) => {
      try {
        if (i >= MAX_PIECES) throw new RangeError('too many')
        return [{ value: parse(der), source }]
      } catch {
        unreadable.push({ value: what, source })
        return []
      }
    })
  const certificates = read(raw.certificates, parseCertificate, 'certificate')
  const crls = read(raw.crls, parseCrl, 'crl')
  const ocsps = read(raw.ocsps, parseOcspResponse, 'ocsp-response')
  return { certificates, crls, ocsps, unreadable }
}

/** Both together, each certificate once. */
export function joinMaterial(a: Material, b: Material): Material {
  const certificates = [...a.certificates]
  for (const found of b.certificates)
    if (!certificates.some((known) => equalBytes(known.value.der, found.value.der)))
      certificates.push(found)
  return {
    certificates,
    crls: [...a.crls, ...b.crls],
    ocsps: [...a.ocsps, ...b.ocsps],
    unreadable: [...a.unreadable, ...b.unreadable],
  }
}
