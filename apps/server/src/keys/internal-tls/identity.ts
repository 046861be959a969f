import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, parsePem } from '@yunqian/pki'
import { PlatformError, type Config, type Log } from '../../platform/index.ts'

/** The name in the CA process's certificate; its peers look for it, whatever the host is called. */
export const caServerName = 'yunqian-ca'

/** The name the platform's own processes have, unless each is given one of its own. */
export const platformPeerName = 'yunqian-platform'

/** Where a process keeps what it is known by to the CA. */
export const tlsFolder = (config: Pick<Config, 'keysFolder'>): string =>
  join(config.keysFolder, 'tls')

/** Who a process is towards our other processes, and whom it believes. PEM. */
export interface TlsIdentity {
  readonly name: string
  readonly key: string
  readonly certificate: string
  /** One or, while it is being replaced, two internal authorities. */
  readonly authorities: string
  readonly notAfter: Date
}

export const identityFiles = {
  key: 'identity.key',
  certificate: 'identity.pem',
  authorities: 'authority.pem',
} as const

/** Reads the identity in a folder; throws `platform.key-missing`, `platform.key-exposed`. */
export function readTlsIdentity(folder: string): TlsIdentity {
  const read = (file: string): string => {
    const path = join(folder, file)
    if (existsSync(path)) return readFileSync(path, 'utf8')
    throw new PlatformError(
      'platform.key-missing',
      `internal TLS material is missing; \`yunqian ca-tls\` makes it 缺少内部 TLS 证书，请用 yunqian ca-tls 生成: ${path}`,
      { file: path },
    )
  }
  const key = read(identityFiles.key)
  const keyFile = join(folder, identityFiles.key)
  if (process.platform !== 'win32' && (statSync(keyFile).mode & 0o077) !== 0)
    throw new PlatformError(
      'platform.key-exposed',
      `${keyFile} is readable by others; it must have mode 0600 密钥文件可被他人读取，权限须为 0600`,
      { file: keyFile },
    )
  const certificate = read(identityFiles.certificate)
  const [block] = parsePem(certificate)
  const parsed = block && parseCertificate(block.der)
  const name = parsed?.subject.get('CN')
  if (!parsed || name === undefined)
    throw new PlatformError('platform.key-missing', 'the internal TLS certificate has no name', {
      folder,
    })
  const authorities = read(identityFiles.authorities)
  return { name, key, certificate, authorities, notAfter: parsed.notAfter }
}

const renewalMs = 60 * 86_400_000

/** Says in the log, at start, that an identity has to be made anew soon. */
export function warnBeforeExpiry({ name, notAfter }: TlsIdentity, now: Date, log: Log): void {
  if (notAfter.getTime() - now.getTime() < renewalMs)
    log.warn({ name, notAfter }, 'an internal TLS certificate runs out soon: see yunqian ca-tls')
}
