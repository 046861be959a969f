import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { authorityFolder, caKeyNames, sealedKeyFile } from '../../keys/authority/index.ts'
import { readSealer, type Config, type Sealer } from '../../platform/index.ts'

type Keys = Pick<Config, 'keysFolder'>

/** Everything the CA needs and nobody else has: it can be carried to a host of its own. */
export const caFolder = (config: Keys): string => join(config.keysFolder, 'ca')
export const caTlsFolder = (config: Keys): string => join(caFolder(config), 'tls')
export const ledgerFile = (config: Keys): string => join(caFolder(config), 'ledger.sqlite')
export const sealingKeyFile = (folder: string): string => join(folder, 'ca.key')

/** Opens what the CA's folder holds, and nothing of the platform's. */
export const readCaSealer = (config: Keys): Sealer => readSealer(sealingKeyFile(caFolder(config)))

/** Whether the CA's keys still lie among the services', under the platform key, as earlier versions left them. */
export const keysLieTogether = (config: Keys): boolean =>
  caKeyNames.some((name) => existsSync(sealedKeyFile(authorityFolder(config), name)))
