import { accountsRoom } from '../accounts/index.ts'
import { devicesRoom } from '../devices/index.ts'
import type { Platform, Room } from '../platform/index.ts'

/** All rooms of the server, wired to each other: the one place that knows them all. */
export async function assemble(platform: Platform): Promise<readonly Room[]> {
  const accounts = accountsRoom(platform, {
    countCertificates: async () => new Map(),
    viewCertificates: async () => new Map(),
  })
  return [accounts, devicesRoom(platform)]
}
