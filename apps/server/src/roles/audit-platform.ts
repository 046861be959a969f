import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, parsePem, type Certificate } from '@yunqian/pki'
import { certificatesAudit } from '../certificates/index.ts'
import { audit, type AuditFinding } from '../evidence/index.ts'
import { openBlobFolder } from '../platform/blobs.ts'
import { openDatabase, type Config, type Log } from '../platform/index.ts'
import { joinDatabase } from '../platform/open-platform.ts'
import { signingAudit } from '../signing/index.ts'

export interface PlatformAudit {
  readonly findings: readonly AuditFinding[]
  readonly tenants: number
  readonly events: number
  readonly checkpoints: number
}

/**
 * Audits the platform of a configuration, running or not. Trust comes from the certificates given; without any from
 * the platform's own, which proves consistency and not identity. Opens no key.
 */
export async function auditPlatform(
  config: Config,
  log: Log,
  given: readonly Certificate[],
): Promise<PlatformAudit> {
  const own = ownCertificates(config)
  const database = await joinDatabase(config, log)
  const db = openDatabase(database.appUrl, { connections: 2, log })
  try {
    const now = new Date()
    return await audit({
      db,
      now,
      trustAnchors: given.length > 0 ? given : own.filter(isRoot),
      intermediates: own.filter((certificate) => !isRoot(certificate)),
      parts: [
        certificatesAudit({ db, clock: { now: () => now } }),
        signingAudit({ db, blobs: openBlobFolder(config.objectsFolder) }),
      ],
    })
  } finally {
    await db.close()
    await database.stop()
  }
}

const isRoot = (certificate: Certificate): boolean =>
  certificate.subject.matchKey === certificate.issuer.matchKey

function ownCertificates(config: Config): readonly Certificate[] {
  return ['root', 'issuing'].flatMap((name) => {
    const file = join(config.keysFolder, 'authority', `${name}.pem`)
    if (!existsSync(file)) return []
    return parsePem(readFileSync(file, 'utf8')).map((block) => parseCertificate(block.der))
  })
}
