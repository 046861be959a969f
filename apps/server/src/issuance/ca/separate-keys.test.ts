import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  authorityFolder,
  caKeyNames,
  readAuthority,
  readSealedKey,
  sealedKeyFile,
  writeAuthority,
} from '../../keys/authority/index.ts'
import {
  createSealer,
  readConfig,
  systemClock,
  systemRandom,
  type Config,
} from '../../platform/index.ts'
import { caFolder, readCaSealer } from './ca-folder.ts'
import { createAuthority } from './ceremony.ts'
import { openIssuer } from './issuer-key.ts'
import { separateCaKeys } from './separate-keys.ts'

const platform = createSealer(systemRandom(32))
let folder: string
let config: Config

// As earlier versions founded: every key in one folder under the platform key, no internal TLS, no ledger.
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yunqian-separate-'))
  config = readConfig({ YUNQIAN_DATA: folder })
  const deps = { config, sealer: platform, random: systemRandom, now: new Date() }
  await createAuthority(deps, { organisation: '福田区', profile: 'gm' })
  for (const name of caKeyNames) {
    const key = readSealedKey(caFolder(config), name, readCaSealer(config))
    const [certificate] = readAuthority(
      caFolder(config),
      name,
      readCaSealer(config),
      systemRandom,
    ).chain
    rmSync(join(authorityFolder(config), `${name}.pem`))
    writeAuthority(authorityFolder(config), name, { key, certificate: certificate! }, platform)
  }
  rmSync(caFolder(config), { recursive: true })
  rmSync(join(config.keysFolder, 'tls'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const together = () =>
  caKeyNames.filter((name) => existsSync(sealedKeyFile(authorityFolder(config), name)))
const issuerOpens = () => {
  const issuer = openIssuer(config, { clock: systemClock, random: systemRandom })
  issuer.close()
  return issuer
}

it('moves root and issuing key under a sealing key of their own, once', async () => {
  const before = readSealedKey(authorityFolder(config), 'issuing', platform)
  expect(await separateCaKeys(config, platform)).toBe(true)
  expect(together()).toEqual([])
  expect(readSealedKey(caFolder(config), 'issuing', readCaSealer(config))).toEqual(before)
  expect(() => readSealedKey(caFolder(config), 'issuing', platform)).toThrow(/does not open/)
  expect(issuerOpens().chain).toHaveLength(2)
  expect(await separateCaKeys(config, platform)).toBe(false)
  // What is public stays with the services.
  expect(readdirSync(authorityFolder(config))).toEqual(
    expect.arrayContaining(['root.pem', 'issuing.pem', 'root.crl', 'tsa.key.sealed']),
  )
})

it('begins again after a death while the new folder was filled', async () => {
  const kept = join(folder, 'kept')
  cpSync(authorityFolder(config), kept, { recursive: true })
  await separateCaKeys(config, platform)
  const half = `${caFolder(config)}.new`
  renameSync(caFolder(config), half)
  rmSync(join(half, 'issuing.key.sealed'))
  for (const name of caKeyNames)
    cpSync(sealedKeyFile(kept, name), sealedKeyFile(authorityFolder(config), name))
  expect(await separateCaKeys(config, platform)).toBe(true)
  expect(together()).toEqual([])
  expect(existsSync(half)).toBe(false)
  issuerOpens()
})

it('finishes after a death before the old keys went, and between them', async () => {
  const kept = join(folder, 'kept')
  cpSync(authorityFolder(config), kept, { recursive: true })
  await separateCaKeys(config, platform)
  for (const names of [caKeyNames, ['issuing'] as const]) {
    for (const name of names)
      cpSync(sealedKeyFile(kept, name), sealedKeyFile(authorityFolder(config), name))
    expect(await separateCaKeys(config, platform)).toBe(true)
    expect(together()).toEqual([])
    issuerOpens()
  }
})

it('refuses to choose between two different keys', async () => {
  const kept = join(folder, 'kept')
  cpSync(authorityFolder(config), kept, { recursive: true })
  await separateCaKeys(config, platform)
  const deps = {
    config: { ...config, keysFolder: join(folder, 'other') },
    sealer: platform,
    random: systemRandom,
    now: new Date(),
  }
  await createAuthority(deps, { organisation: '南山区', profile: 'gm' })
  rmSync(caFolder(config), { recursive: true })
  renameSync(caFolder(deps.config), caFolder(config))
  cpSync(sealedKeyFile(kept, 'issuing'), sealedKeyFile(authorityFolder(config), 'issuing'))
  await expect(separateCaKeys(config, platform)).rejects.toMatchObject({
    code: 'platform.keys-differ',
  })
  expect(together()).toEqual(['issuing'])
})
