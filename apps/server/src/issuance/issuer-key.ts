import { parseCertificate, type Certificate } from '@yunqian/pki'
import {
  buildCrl,
  issueCertificate,
  type PreparedCertificate,
  type RevokedEntry,
} from '@yunqian/pki/write'
import { readAuthority } from '../keys/authority/index.ts'
import type { Config, Sealer } from '../platform/index.ts'
import { authorityFolder } from './ceremony.ts'

/** The issuing CA: signs prepared certificates and its own revocation lists, and nothing else. */
export interface Issuer {
  readonly certificate: Certificate
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  issue(prepared: PreparedCertificate): Promise<Uint8Array>
  signList(list: {
    readonly thisUpdate: Date
    readonly nextUpdate: Date
    readonly crlNumber: bigint
    readonly entries: readonly RevokedEntry[]
  }): Promise<Uint8Array>
}

/** Opens the issuer key; the role that issues calls this, and no other. */
export function openIssuer(
  config: Pick<Config, 'keysFolder'>,
  sealer: Sealer,
  random: (length: number) => Uint8Array,
): Issuer {
  const { signer, chain } = readAuthority(authorityFolder(config), 'issuing', sealer, random)
  const [own] = chain
  if (!own) throw new Error('the issuing CA has no certificate')
  return {
    certificate: parseCertificate(own),
    chain,
    issue: (prepared) => issueCertificate(prepared, signer),
    signList: (list) => buildCrl({ issuer: own, ...list }, signer),
  }
}
