import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { encodePem, parsePem } from '@yunqian/pki'
import {
  encodePrivateKey,
  parsePrivateKey,
  softwareSigner,
  type Signer,
  type SigningKey,
} from '@yunqian/pki/write'
import { PlatformError, type Config, type Sealer } from '../../platform/index.ts'

/** The CA's own keys. The root's is needed only at the ceremony and to renew its list. */
export const caKeyNames = ['root', 'issuing'] as const
/** Keys that answer for the platform under the issuing CA. */
export const serviceKeyNames = ['tsa', 'ocsp', 'evidence-log', 'report-seal'] as const
export type AuthorityName = (typeof caKeyNames)[number] | (typeof serviceKeyNames)[number]

/** A key that signs for the platform, with its certificate chain: own first, root last, DER. */
export interface AuthorityKey {
  readonly signer: Signer
  readonly chain: readonly Uint8Array[]
}

/** The services' keys, and every certificate that is public. */
export const authorityFolder = (config: Pick<Config, 'keysFolder'>): string =>
  join(config.keysFolder, 'authority')

const purpose = (name: AuthorityName): string => `keys.authority.${name}`

/** Writes a key sealed, and its certificate in the clear. Software custody, and says so. */
export function writeAuthority(
  folder: string,
  name: AuthorityName,
  value: { readonly key: SigningKey; readonly certificate: Uint8Array },
  sealer: Sealer,
): void {
  const sealed = sealer.seal(purpose(name), encodePrivateKey(value.key))
  writeDurably(sealedKeyFile(folder, name), Buffer.from(sealed).toString('base64'))
  writeCertificate(folder, name, value.certificate)
}

/** Writes the certificate of a key that lies elsewhere. */
export function writeCertificate(folder: string, name: AuthorityName, der: Uint8Array): void {
  writeDurably(join(folder, `${name}.pem`), encodePem('CERTIFICATE', der))
}

export const sealedKeyFile = (folder: string, name: AuthorityName): string =>
  join(folder, `${name}.key.sealed`)

/** Opens one key. */
export function readAuthority(
  folder: string,
  name: AuthorityName,
  sealer: Sealer,
  random: (length: number) => Uint8Array,
): AuthorityKey {
  const signer = softwareSigner(readSealedKey(folder, name, sealer), random)
  return { signer, chain: readChain(folder, name) }
}

/** The key itself, for whoever seals it anew; throws `platform.key-missing`, `platform.sealed-unreadable`. */
export function readSealedKey(folder: string, name: AuthorityName, sealer: Sealer): SigningKey {
  const file = sealedKeyFile(folder, name)
  if (!existsSync(file))
    throw new PlatformError('platform.key-missing', `the key of ${name} is missing 缺少密钥`, {
      file,
    })
  const der = sealer.open(purpose(name), Buffer.from(readFileSync(file, 'utf8'), 'base64'))
  return parsePrivateKey(new Uint8Array(der))
}

/** The certificates of one key: own first, root last. */
export function readChain(folder: string, name: AuthorityName): Uint8Array[] {
  const names =
    name === 'root' ? [name] : name === 'issuing' ? [name, 'root'] : [name, 'issuing', 'root']
  return names.map((one) => {
    const file = join(folder, `${one}.pem`)
    const [block] = existsSync(file) ? parsePem(readFileSync(file, 'utf8')) : []
    if (!block)
      throw new PlatformError('platform.key-missing', `no certificate of ${one} 缺少证书`, { file })
    return block.der
  })
}

export function writeDurably(file: string, content: string | Uint8Array): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    // All of it: one write may take a part, and say so in a number alone.
    writeFileSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Fills a folder aside and puts it in its place whole: a death in between leaves no folder there, and one that is there
 * is never replaced. The caller makes sure that no second process does the same.
 */
export async function makeWhole(
  place: string,
  fill: (aside: string) => void | Promise<void>,
): Promise<void> {
  if (existsSync(place)) return
  const aside = `${place}.new`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true, mode: 0o700 })
  await fill(aside)
  syncFolder(aside)
  renameSync(aside, place)
  syncFolder(dirname(place))
}

/** Makes the names in a folder survive a power cut; Windows keeps them by itself and opens no folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
