import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  authorityFolder,
  caKeyNames,
  makeWhole,
  readChain,
  readSealedKey,
  sealedKeyFile,
  syncFolder,
  writeAuthority,
  writeDurably,
} from '../../keys/authority/index.ts'
import {
  createPlatformKeyFile,
  PlatformError,
  readSealer,
  type Config,
  type Sealer,
} from '../../platform/index.ts'
import { caFolder, keysLieTogether, readCaSealer, sealingKeyFile } from './ca-folder.ts'
import { Ledger } from './ledger.ts'

/**
 * Gives the CA's keys the folder and the sealing key of their own that earlier versions did not have. Held to one process
 * at a time by the caller; true when something was moved.
 */
export async function separateCaKeys(
  config: Pick<Config, 'keysFolder'>,
  platformSealer: Sealer,
): Promise<boolean> {
  if (!keysLieTogether(config)) return false
  const together = authorityFolder(config)
  // 1. The CA's folder, whole: the same keys and certificates, sealed anew. A death before its end leaves nothing of it.
  await makeWhole(caFolder(config), (folder) => {
    createPlatformKeyFile(sealingKeyFile(folder))
    const sealer = readSealer(sealingKeyFile(folder))
    for (const name of caKeyNames) {
      const [certificate] = readChain(together, name)
      const key = readSealedKey(together, name, platformSealer)
      if (certificate) writeAuthority(folder, name, { key, certificate }, sealer)
    }
    writeDurably(join(folder, 'root.crl'), readFileSync(join(together, 'root.crl')))
    Ledger.create(join(folder, 'ledger.sqlite'))
  })
  // 2. Only when the same keys open in their new place do the old ones go. A death in between: the next start comes here
  //    again, and finds some of them gone.
  for (const name of caKeyNames) requireSameKey(config, name, platformSealer)
  for (const name of caKeyNames) rmSync(sealedKeyFile(together, name), { force: true })
  syncFolder(together)
  return true
}

function requireSameKey(
  config: Pick<Config, 'keysFolder'>,
  name: (typeof caKeyNames)[number],
  platformSealer: Sealer,
): void {
  const moved = readSealedKey(caFolder(config), name, readCaSealer(config))
  if (!existsSync(sealedKeyFile(authorityFolder(config), name))) return
  const before = readSealedKey(authorityFolder(config), name, platformSealer)
  if (Buffer.from(moved.privateKey).equals(before.privateKey)) return
  throw new PlatformError(
    'platform.keys-differ',
    `two different keys of ${name} lie here; keep the one that issued and remove the other 此处有两把不同的密钥，请保留实际签发所用的一把`,
    { folders: [caFolder(config), authorityFolder(config)] },
  )
}
