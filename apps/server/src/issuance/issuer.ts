import type { Certificate } from '@yunqian/pki'
import type { RevokedEntry } from '@yunqian/pki/write'

/** What the registration authority approved, and the holder's own request for it. */
export interface PersonCertificateRequest {
  readonly tenantId: string
  readonly personId: string
  readonly keyId: string
  /** DER, signed by both halves of the person's key. */
  readonly csr: Uint8Array
  /** DER of the name that was approved. */
  readonly subject: Uint8Array
}

export interface RevocationListRequest {
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** The newest number known to the caller; the list's will be larger. */
  readonly after: bigint
  readonly entries: readonly RevokedEntry[]
}

/**
 * The issuing CA, in this process or in one of its own: signs certificates of people and its own revocation lists, and
 * nothing else. It judges every request itself. Throws IssuanceError.
 */
export interface Issuer {
  readonly certificate: Certificate
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  /** DER of the one certificate of a key: asked again, also after a death on either side, the same. */
  issue(request: PersonCertificateRequest): Promise<Uint8Array>
  /** DER of a complete list. */
  signList(list: RevocationListRequest): Promise<Uint8Array>
}
