import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  addCentre,
  createApplication,
  createDistrict,
  invite,
  listTenants,
} from '../accounts/index.ts'
import { syncFolder } from '../keys/authority/index.ts'
import { platformKeyFile } from '../platform/open-platform.ts'
import {
  createPlatformKeyFile,
  newId,
  PlatformError,
  type Config,
  type Database,
  type Platform,
} from '../platform/index.ts'

/** What kind of place a data directory is. */
export type Inception = 'empty' | 'established'

/**
 * Empty: no keys and no rows. Established: both. Rows without their keys are refused
 * (`platform.keys-without`): new keys would not open what the old ones sealed.
 */
export async function inceptionOf(config: Config, db: Database): Promise<Inception> {
  const tenants = await listTenants(db)
  if (existsSync(platformKeyFile(config))) return tenants.length > 0 ? 'established' : 'empty'
  if (tenants.length === 0) return 'empty'
  throw new PlatformError(
    'platform.key-missing',
    `the database holds districts but ${config.keysFolder} holds no keys; restore the keys from their backup 数据库中已有数据，但缺少密钥，请从备份恢复密钥目录`,
    { folder: config.keysFolder },
  )
}

/** Creates the platform key when there is none yet. */
export function ensurePlatformKey(config: Config): void {
  mkdirSync(config.keysFolder, { recursive: true, mode: 0o700 })
  if (existsSync(platformKeyFile(config))) return
  createPlatformKeyFile(platformKeyFile(config))
  // The names as well, before anything is sealed: a power cut must not leave rows that no key opens.
  for (const folder of [config.keysFolder, dirname(config.keysFolder)]) syncFolder(folder)
}

export interface Founding {
  /** What root, issuing CA and services are of: SM2/SM3, or P-256/SHA-256. People's keys are SM2 under both. */
  readonly profile: 'gm' | 'intl'
  readonly district: string
  readonly centre: { readonly code: string; readonly name: string }
}

export const usualFounding: Founding = {
  profile: 'gm',
  district: '福田区',
  centre: { code: 'LH01', name: '莲花社区健康服务中心' },
}

/** Founds the first district, a centre and the clinic's program in one commit. */
export async function found(platform: Platform, founding: Founding): Promise<void> {
  const tenantId = newId(platform)
  // The key is on disk before the commit: a death in between leaves a key that fits nothing, and founding begins anew.
  await platform.db.tx({ tenantId }, async (tx) => {
    await createDistrict(platform, tx, { tenantId, name: founding.district })
    const centreId = await addCentre(platform, tx, { tenantId, ...founding.centre })
    const { key } = await createApplication(platform, tx, {
      tenantId,
      centreId,
      name: '门诊系统 Clinic',
    })
    const file = clinicKeyFile(platform.config)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${key}\n`, { mode: 0o600 })
  })
}

/** A fresh invitation for the first administrator while nobody has accepted one. */
export async function inviteFirstAdministrator(
  platform: Platform,
): Promise<{ readonly link: string; readonly expiresAt: Date } | undefined> {
  const [tenant] = await listTenants(platform.db)
  if (!tenant) return undefined
  const { tenantId } = tenant
  return platform.db.tx({ tenantId }, async (tx) => {
    const staff = await tx.queryOne<{ count: number }>('select count(*) as count from staff')
    if ((staff?.count ?? 0) > 0) return undefined
    return invite(platform, tx, tenantId, { role: 'district-admin' })
  })
}

/** Where the clinic of a trial finds the key of its program. */
const clinicKeyFile = (config: Config): string =>
  join(config.dataFolder, 'clinic', 'application.key')

/** The clinic's key, when this data directory has one. */
export function readClinicKey(config: Config): string | undefined {
  const file = clinicKeyFile(config)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}
