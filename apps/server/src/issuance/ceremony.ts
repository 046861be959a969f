import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildCrl,
  generateSigningKey,
  issueCertificate,
  prepareCertificate,
  softwareSigner,
  type ProfileName,
} from '@yunqian/pki/write'
import {
  authorityNames,
  writeAuthority,
  writeDurably,
  type AuthorityName,
} from '../keys/authority/index.ts'
import type { Config, Sealer } from '../platform/index.ts'

const day = 86_400_000
const years = { root: 25, issuing: 12, service: 10 }

export interface CeremonyDeps {
  readonly config: Pick<Config, 'keysFolder' | 'publicUrl'>
  readonly sealer: Sealer
  readonly random: (length: number) => Uint8Array
  readonly now: Date
}

export const authorityFolder = (config: Pick<Config, 'keysFolder'>): string =>
  join(config.keysFolder, 'authority')

/** Where certificates of the issuing CA point. */
export const issuingAddresses = (publicUrl: string) => ({
  crl: `${publicUrl}/crl/issuing.crl`,
  ocsp: `${publicUrl}/ocsp`,
  caIssuers: `${publicUrl}/ca/issuing.cer`,
})

/**
 * Creates root, issuing CA and the keys of timestamps, OCSP, log and reports under one root. Made aside and renamed: a
 * death in between leaves no authority, and none is ever replaced.
 */
export async function createAuthority(deps: CeremonyDeps, organisation: string): Promise<void> {
  const place = authorityFolder(deps.config)
  if (existsSync(place)) return
  const aside = `${place}.new`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  const made = new Map<
    AuthorityName,
    { der: Uint8Array; signer: ReturnType<typeof softwareSigner> }
  >()
  for (const name of authorityNames) {
    const key = generateSigningKey('sm2-with-sm3', deps.random)
    const signer = softwareSigner(key, deps.random)
    const issuer = name === 'root' ? undefined : made.get(name === 'issuing' ? 'root' : 'issuing')
    const der = await issueCertificate(
      prepareCertificate({
        profile: name satisfies ProfileName,
        subject: [
          ['C', 'CN'],
          ['O', organisation],
          ['CN', commonNames[name]],
        ],
        publicKey: signer.publicKey.der,
        serialNumber: newSerial(deps.random),
        notBefore: new Date(deps.now.getTime() - 60_000),
        notAfter: new Date(deps.now.getTime() + lifetimeDays(name) * day),
        issuerAlgorithm: 'sm2-with-sm3',
        ...(issuer ? { issuer: issuer.der } : {}),
        ...addressesOf(name, deps.config.publicUrl),
      }),
      issuer?.signer ?? signer,
    )
    made.set(name, { der, signer })
    writeAuthority(aside, name, { key, certificate: der }, deps.sealer)
  }
  const root = made.get('root')
  if (!root) throw new Error('the ceremony made no root')
  // The root signs so seldom that its list lives as long as the root; a revoked issuing CA needs a new ceremony.
  const rootList = await buildCrl(
    {
      issuer: root.der,
      thisUpdate: deps.now,
      nextUpdate: new Date(deps.now.getTime() + years.issuing * 365 * day),
      crlNumber: 1n,
      entries: [],
    },
    root.signer,
  )
  writeDurably(join(aside, 'root.crl'), rootList)
  renameSync(aside, place)
}

/** 18 random bytes, positive and without leading zeros (RFC 5280 §4.1.2.2). */
export function newSerial(random: (length: number) => Uint8Array): Uint8Array {
  const serial = random(18)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  return serial
}

// "Not certified" stands in the name, where every reader of a certificate sees it.
const commonNames: Readonly<Record<AuthorityName, string>> = {
  root: '云签试用根 Yunqian Root (not certified 未认证)',
  issuing: '云签签发 CA Yunqian Issuing CA (未认证)',
  tsa: '云签时间戳 Yunqian TSA',
  ocsp: '云签 OCSP Yunqian OCSP responder',
  'evidence-log': '云签存证日志 Yunqian evidence log',
  'report-seal': '云签报告印章 Yunqian report seal',
}

function lifetimeDays(name: AuthorityName): number {
  return 365 * (name === 'root' ? years.root : name === 'issuing' ? years.issuing : years.service)
}

function addressesOf(name: AuthorityName, publicUrl: string) {
  if (name === 'root' || name === 'ocsp') return {}
  if (name !== 'issuing') return { addresses: issuingAddresses(publicUrl) }
  return {
    addresses: {
      crl: `${publicUrl}/crl/root.crl`,
      ocsp: `${publicUrl}/ocsp`,
      caIssuers: `${publicUrl}/ca/root.cer`,
    },
  }
}
