import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { encodePem, parsePem } from '@yunqian/pki'
import {
  encodePrivateKey,
  generateSigningKey,
  issueCertificate,
  parsePrivateKey,
  prepareCertificate,
  softwareSigner,
  type ProfileName,
  type Signer,
} from '@yunqian/pki/write'
import { PlatformError, type Sealer } from '../../platform/index.ts'
import { syncFolder, writeDurably } from '../authority/index.ts'
import { caServerName, identityFiles } from './identity.ts'

export interface TlsDeps {
  readonly random: (length: number) => Uint8Array
  readonly now: Date
  /** Opens what the CA's folder holds. */
  readonly sealer: Sealer
}

interface TlsAuthority {
  readonly signer: Signer
  readonly certificate: Uint8Array
}

const dayMs = 86_400_000
const validDays = { authority: 3650, identity: 730 }
const algorithm = 'ecdsa-with-sha256'
const purpose = 'keys.internal-tls.authority'
const sealedKey = 'authority.key.sealed'
// Said where every reader of the certificate sees it.
const organisation = '云签内部 TLS Yunqian internal, not a public trust'

/** Makes the authority of our own connections: P-256, under no root of ours, never asked to be believed by a stranger. */
export async function createTlsAuthority(deps: TlsDeps, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = generateSigningKey(algorithm, deps.random)
  const signer = softwareSigner(key, deps.random)
  const made = await certify(deps, {
    profile: 'tls-authority',
    name: 'yunqian-internal-authority',
    subject: signer,
    days: validDays.authority,
  })
  const sealed = deps.sealer.seal(purpose, encodePrivateKey(key))
  writeDurably(join(folder, sealedKey), Buffer.from(sealed).toString('base64'))
  writeDurably(join(folder, identityFiles.authorities), encodePem('CERTIFICATE', made))
}

/** Gives the CA process a fresh key and certificate in its own folder, replacing what it had. */
export async function certifyServer(deps: TlsDeps, folder: string): Promise<void> {
  const made = await newIdentity(deps, folder, 'tls-server', caServerName)
  // Each file is replaced whole. A death between the two leaves a pair that does not fit, which TLS refuses at start;
  // renewing again mends it.
  for (const [file, content] of [
    [identityFiles.key, made.key],
    [identityFiles.certificate, made.certificate],
  ] as const) {
    const aside = join(folder, `${file}.new`)
    rmSync(aside, { force: true })
    writeDurably(aside, content)
    renameSync(aside, join(folder, file))
  }
  syncFolder(folder)
}

/** Makes a key and certificate by which a peer of the CA is known, into a folder to be carried to its host. */
export async function certifyPeer(
  deps: TlsDeps,
  caTlsFolder: string,
  peer: { readonly name: string; readonly folder: string },
): Promise<void> {
  if (existsSync(join(peer.folder, identityFiles.key)))
    throw new PlatformError(
      'platform.already-initialised',
      'there is an internal TLS identity here already; nothing was changed 此处已有内部 TLS 证书，未做任何改动',
      { folder: peer.folder },
    )
  const made = await newIdentity(deps, caTlsFolder, 'tls-client', peer.name)
  mkdirSync(peer.folder, { recursive: true, mode: 0o700 })
  const authorities = readFileSync(join(caTlsFolder, identityFiles.authorities), 'utf8')
  for (const file of Object.values(identityFiles)) rmSync(join(peer.folder, file), { force: true })
  writeDurably(join(peer.folder, identityFiles.authorities), authorities)
  writeDurably(join(peer.folder, identityFiles.certificate), made.certificate)
  // Last: a folder with a key is a finished one.
  writeDurably(join(peer.folder, identityFiles.key), made.key)
  syncFolder(peer.folder)
}

async function newIdentity(
  deps: TlsDeps,
  caTlsFolder: string,
  profile: ProfileName,
  name: string,
): Promise<{ readonly key: string; readonly certificate: string }> {
  const key = generateSigningKey(algorithm, deps.random)
  const subject = softwareSigner(key, deps.random)
  const issuer = readTlsAuthority(deps, caTlsFolder)
  const der = await certify(deps, { profile, name, subject, issuer, days: validDays.identity })
  return {
    key: encodePem('PRIVATE KEY', encodePrivateKey(key)),
    certificate: encodePem('CERTIFICATE', der),
  }
}

function readTlsAuthority({ sealer, random }: TlsDeps, folder: string): TlsAuthority {
  const file = join(folder, sealedKey)
  const [newest] = existsSync(file)
    ? parsePem(readFileSync(join(folder, identityFiles.authorities), 'utf8'))
    : []
  if (!newest)
    throw new PlatformError(
      'platform.key-missing',
      'there is no internal TLS authority 缺少内部 TLS 根',
      { folder },
    )
  const opened = sealer.open(purpose, Buffer.from(readFileSync(file, 'utf8'), 'base64'))
  const signer = softwareSigner(parsePrivateKey(new Uint8Array(opened)), random)
  return { signer, certificate: newest.der }
}

function certify(
  { random, now }: TlsDeps,
  made: {
    readonly profile: ProfileName
    readonly name: string
    readonly subject: Signer
    readonly issuer?: TlsAuthority
    readonly days: number
  },
): Promise<Uint8Array> {
  const serialNumber = random(18)
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x3f) | 0x40
  const prepared = prepareCertificate({
    profile: made.profile,
    subject: [
      ['C', 'CN'],
      ['O', organisation],
      ['CN', made.name],
    ],
    publicKey: made.subject.publicKey.der,
    serialNumber,
    notBefore: new Date(now.getTime() - 5 * 60_000),
    notAfter: new Date(now.getTime() + made.days * dayMs),
    issuerAlgorithm: algorithm,
    ...(made.issuer ? { issuer: made.issuer.certificate } : {}),
  })
  return issueCertificate(prepared, made.issuer?.signer ?? made.subject)
}
