import { existsSync } from 'node:fs'
import {
  certifyPeer,
  certifyServer,
  createTlsAuthority,
  readTlsIdentity,
  warnBeforeExpiry,
} from '../keys/internal-tls/index.ts'
import { makeWhole } from '../keys/authority/index.ts'
import { rootAddresses } from '../issuance/addresses.ts'
import { caTlsFolder, readCaSealer } from '../issuance/ca/ca-folder.ts'
import { createAuthority } from '../issuance/ca/ceremony.ts'
import { openIssuer } from '../issuance/ca/issuer-key.ts'
import { separateCaKeys } from '../issuance/ca/separate-keys.ts'
import { serveCa } from '../issuance/ca/serve-ca.ts'
import type { Issuer } from '../issuance/index.ts'
import {
  PlatformError,
  systemClock,
  systemRandom,
  type Config,
  type Log,
  type Platform,
} from '../platform/index.ts'
import type { Founding } from './initialise.ts'

// Advisory lock: one process at a time arranges the keys folder.
const keysLock = [0x79756e71, 5]

/** Opens the issuer key in this process; a process that asks a CA elsewhere never loads this file. */
export async function localIssuer(platform: Platform): Promise<Issuer & { close(): void }> {
  await arrangeKeys(platform)
  return openIssuer(platform.config, platform)
}

/** Root, issuing CA and the services' keys, because a founding was asked for. */
export async function holdCeremony(
  platform: Platform,
  { district, profile }: Founding,
): Promise<void> {
  await arrangeKeys(platform)
  const organisation = `${district} 云签试用 Yunqian`
  await underLock(platform, () =>
    createAuthority({ ...platform, now: platform.clock.now() }, { organisation, profile }),
  )
}

async function arrangeKeys(platform: Platform): Promise<void> {
  const { config, sealer, log } = platform
  const moved = await underLock(platform, () => separateCaKeys(config, sealer))
  if (moved) log.info({}, 'the CA’s keys were given a folder and a sealing key of their own')
}

const underLock = <T>({ db }: Platform, work: () => Promise<T>): Promise<T> =>
  db.tx('no-tenant', async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1, $2)', keysLock)
    return work()
  })

/** The CA as a process of its own: its folder of keys, its ledger, one door; no database and no platform key. */
export async function startCa(
  config: Config,
  log: Log,
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const issuer = openIssuer(config, { clock: systemClock, random: systemRandom })
  try {
    requireOwnAddresses(config, issuer)
    const identity = readTlsIdentity(caTlsFolder(config))
    warnBeforeExpiry(identity, systemClock.now(), log)
    const { caHost: host, caPort: port, caPeers: peers } = config
    const service = { issuer, identity, peers, host, port, clock: systemClock, log }
    const { address, stop } = await serveCa(service)
    const end = async (): Promise<void> => {
      await stop()
      issuer.close()
    }
    return { address, stop: end }
  } catch (error) {
    issuer.close()
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    throw new PlatformError(
      'platform.port-in-use',
      `port ${config.caPort} is taken; set YUNQIAN_CA_PORT 端口 ${config.caPort} 已被占用，请设置 YUNQIAN_CA_PORT`,
      { port: config.caPort },
      error,
    )
  }
}

/** Addresses in certificates come from the CA's own configuration: they must be those of its ceremony. */
function requireOwnAddresses({ publicUrl }: Config, { certificate }: Issuer): void {
  const [own] = certificate.crlDistributionPoints
  if (own === rootAddresses(publicUrl).crl) return
  throw new PlatformError(
    'platform.config-invalid',
    `the issuing CA was made for ${own}: set YUNQIAN_PUBLIC_URL to the platform’s address 签发 CA 创建时的平台地址与此不符，请设置 YUNQIAN_PUBLIC_URL`,
    { publicUrl, own },
  )
}

/**
 * Internal TLS of the CA, on its host and because it is told to: the authority and the server's certificate where there
 * are none, the server's anew with `renew`, and a new peer into a folder.
 */
export async function manageCaTls(
  config: Config,
  wanted: { readonly renew: boolean; readonly peer?: { name: string; folder: string } },
): Promise<void> {
  const folder = caTlsFolder(config)
  const deps = { random: systemRandom, now: systemClock.now(), sealer: readCaSealer(config) }
  const before = existsSync(folder)
  await makeWhole(folder, async (aside) => {
    await createTlsAuthority(deps, aside)
    await certifyServer(deps, aside)
  })
  if (before && wanted.renew) await certifyServer(deps, folder)
  if (wanted.peer) await certifyPeer(deps, folder, wanted.peer)
}
