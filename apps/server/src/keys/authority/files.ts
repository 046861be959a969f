import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodePem, parsePem } from '@yunqian/pki'
import {
  encodePrivateKey,
  parsePrivateKey,
  softwareSigner,
  type Signer,
  type SigningKey,
} from '@yunqian/pki/write'
import { PlatformError, type Sealer } from '../../platform/index.ts'

/** The platform's own keys. The root's is needed only at the ceremony and to renew its list. */
export const authorityNames = [
  'root',
  'issuing',
  'tsa',
  'ocsp',
  'evidence-log',
  'report-seal',
] as const
export type AuthorityName = (typeof authorityNames)[number]

/** A key that signs for the platform, with its certificate chain: own first, root last, DER. */
export interface AuthorityKey {
  readonly signer: Signer
  readonly chain: readonly Uint8Array[]
}

const purpose = (name: AuthorityName): string => `keys.authority.${name}`

/** Writes a key sealed under the platform key, and its certificate in the clear. Software custody, and says so. */
export function writeAuthority(
  folder: string,
  name: AuthorityName,
  value: { readonly key: SigningKey; readonly certificate: Uint8Array },
  sealer: Sealer,
): void {
  const sealed = sealer.seal(purpose(name), encodePrivateKey(value.key))
  writeDurably(join(folder, `${name}.key.sealed`), Buffer.from(sealed).toString('base64'))
  writeDurably(join(folder, `${name}.pem`), encodePem('CERTIFICATE', value.certificate))
}

/** Opens one key. */
export function readAuthority(
  folder: string,
  name: AuthorityName,
  sealer: Sealer,
  random: (length: number) => Uint8Array,
): AuthorityKey {
  const file = join(folder, `${name}.key.sealed`)
  if (!existsSync(file))
    throw new PlatformError('platform.key-missing', `the key of ${name} is missing 缺少密钥`, {
      file,
    })
  const der = sealer.open(purpose(name), Buffer.from(readFileSync(file, 'utf8'), 'base64'))
  const signer = softwareSigner(parsePrivateKey(new Uint8Array(der)), random)
  return { signer, chain: readChain(folder, name) }
}

/** The certificates of one key: own first, root last. */
export function readChain(folder: string, name: AuthorityName): Uint8Array[] {
  const names =
    name === 'root' ? [name] : name === 'issuing' ? [name, 'root'] : [name, 'issuing', 'root']
  return names.map((one) => {
    const [block] = parsePem(readFileSync(join(folder, `${one}.pem`), 'utf8'))
    if (!block)
      throw new PlatformError('platform.key-missing', `no certificate of ${one}`, { folder })
    return block.der
  })
}

export function writeDurably(file: string, content: string | Uint8Array): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeSync(handle, Buffer.from(content))
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
