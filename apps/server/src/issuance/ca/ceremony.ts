import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildCrl,
  generateSigningKey,
  issueCertificate,
  prepareCertificate,
  softwareSigner,
  type Signer,
  type SigningAlgorithm,
  type SigningKey,
} from '@yunqian/pki/write'
import {
  authorityFolder,
  makeWhole,
  readAuthority,
  serviceKeyNames,
  writeAuthority,
  writeCertificate,
  writeDurably,
  type AuthorityName,
} from '../../keys/authority/index.ts'
import {
  certifyPeer,
  certifyServer,
  createTlsAuthority,
  platformPeerName,
  tlsFolder,
} from '../../keys/internal-tls/index.ts'
import {
  createPlatformKeyFile,
  readSealer,
  type Config,
  type Sealer,
} from '../../platform/index.ts'
import { issuingAddresses, rootAddresses } from '../addresses.ts'
import { newSerial } from '../serial.ts'
import { caFolder, caTlsFolder, readCaSealer, sealingKeyFile } from './ca-folder.ts'
import { Ledger } from './ledger.ts'

const day = 86_400_000
const years = { root: 25, issuing: 12, service: 10 }

/** What our own keys are of; a person's key is SM2 under either, because the two-party key is. */
const algorithms = {
  gm: 'sm2-with-sm3',
  intl: 'ecdsa-with-sha256',
} as const satisfies Record<string, SigningAlgorithm>
export type AuthorityProfile = keyof typeof algorithms

export interface CeremonyDeps {
  readonly config: Pick<Config, 'keysFolder' | 'publicUrl'>
  /** Of the platform: seals the services' keys, and none of the CA's. */
  readonly sealer: Sealer
  readonly random: (length: number) => Uint8Array
  readonly now: Date
}

/**
 * Creates root and issuing CA in a folder of their own, then the keys of timestamps, OCSP, log and reports under them,
 * then what the platform is known by to the CA. Each folder appears whole or not at all and is never replaced: a death
 * in between is finished by the next call.
 */
export async function createAuthority(
  deps: CeremonyDeps,
  founding: { readonly organisation: string; readonly profile: AuthorityProfile },
): Promise<void> {
  const { config, random, now } = deps
  // 1. The CA: both keys, its sealing key, its ledger and its side of the internal TLS.
  await makeWhole(caFolder(config), (aside) => createCa(deps, founding, aside))
  // 2. The services, certified by it.
  await makeWhole(authorityFolder(config), (aside) =>
    createServices(deps, founding.organisation, aside),
  )
  // 3. The platform as a peer of the CA.
  const tls = { random, now, sealer: readCaSealer(config) }
  await makeWhole(tlsFolder(config), (folder) =>
    certifyPeer(tls, caTlsFolder(config), { name: platformPeerName, folder }),
  )
}

async function createCa(
  deps: CeremonyDeps,
  { organisation, profile }: { readonly organisation: string; readonly profile: AuthorityProfile },
  folder: string,
): Promise<void> {
  createPlatformKeyFile(sealingKeyFile(folder))
  const sealer = readSealer(sealingKeyFile(folder))
  const algorithm = algorithms[profile]
  const root = await certified(deps, { name: 'root', organisation, algorithm })
  const issuing = await certified(deps, { name: 'issuing', organisation, algorithm, issuer: root })
  for (const { name, key, der } of [root, issuing])
    writeAuthority(folder, name, { key, certificate: der }, sealer)
  // The root signs so seldom that its list lives as long as the issuing CA; a revoked one needs a new ceremony.
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
  writeDurably(join(folder, 'root.crl'), rootList)
  Ledger.create(join(folder, 'ledger.sqlite'))
  await createTls({ ...deps, sealer }, join(folder, 'tls'))
}

async function createTls(
  deps: { readonly random: CeremonyDeps['random']; readonly now: Date; readonly sealer: Sealer },
  folder: string,
): Promise<void> {
  await createTlsAuthority(deps, folder)
  await certifyServer(deps, folder)
}

async function createServices(
  { config, sealer, random, now }: CeremonyDeps,
  organisation: string,
  folder: string,
): Promise<void> {
  const { signer, chain } = readAuthority(caFolder(config), 'issuing', readCaSealer(config), random)
  const [issuing, root] = chain
  if (!issuing || !root) throw new Error('the issuing CA has no chain')
  const issuer = { der: issuing, signer }
  for (const name of serviceKeyNames) {
    const { algorithm } = signer
    const deps = { config, random, now }
    const { key, der } = await certified(deps, { name, organisation, algorithm, issuer })
    writeAuthority(folder, name, { key, certificate: der }, sealer)
  }
  writeCertificate(folder, 'issuing', issuing)
  writeCertificate(folder, 'root', root)
  writeDurably(join(folder, 'root.crl'), readFileSync(join(caFolder(config), 'root.crl')))
}

interface Certified {
  readonly name: AuthorityName
  readonly key: SigningKey
  readonly signer: Signer
  readonly der: Uint8Array
}

async function certified(
  { config, random, now }: Omit<CeremonyDeps, 'sealer'>,
  wanted: {
    readonly name: AuthorityName
    readonly organisation: string
    readonly algorithm: SigningAlgorithm
    readonly issuer?: { readonly der: Uint8Array; readonly signer: Signer }
  },
): Promise<Certified> {
  const { name, issuer } = wanted
  const key = generateSigningKey(wanted.algorithm, random)
  const signer = softwareSigner(key, random)
  const prepared = prepareCertificate({
    profile: name,
    subject: [
      ['C', 'CN'],
      ['O', wanted.organisation],
      ['CN', commonNames[name]],
    ],
    publicKey: signer.publicKey.der,
    serialNumber: newSerial(random),
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + lifetimeDays(name) * day),
    issuerAlgorithm: issuer?.signer.algorithm ?? signer.algorithm,
    ...(issuer ? { issuer: issuer.der } : {}),
    ...addressesOf(name, config.publicUrl),
  })
  return { name, key, signer, der: await issueCertificate(prepared, issuer?.signer ?? signer) }
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
  return { addresses: name === 'issuing' ? rootAddresses(publicUrl) : issuingAddresses(publicUrl) }
}
