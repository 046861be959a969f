// A data directory as earlier versions left it: root and issuing key among the services' under the platform key, no
// ledger, no internal TLS. The next start keeps everything working, and the CA's keys go to their own place.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificate, parseCrl, parsePem } from '@yunqian/pki'
import { readConfig, readSealer } from '@yunqian/server'
import { afterAll, expect, it } from 'vitest'
import { caFolder, readCaSealer } from '../../apps/server/src/issuance/ca/ca-folder.ts'
import {
  authorityFolder,
  caKeyNames,
  readChain,
  readSealedKey,
  writeAuthority,
} from '../../apps/server/src/keys/authority/index.ts'
import {
  asAdministrator,
  callerWith,
  enrol,
  startPlatform,
  type WholePlatform,
} from './platform.ts'
import { idNumberOf } from './resident.ts'

let platform: WholePlatform
afterAll(() => platform.stop())

it('is arranged at the first start, and doctors enrol before and after under one root', async () => {
  platform = await startPlatform()
  const administrator = await asAdministrator(platform)
  const trust = callerWith(platform.url, {})
  const rootOf = async () => (await trust<{ root: string }>('GET', '/v1/trust')).root
  const before = await rootOf()
  const first = await enrol(platform, administrator)
  await first.phone.reportLoss()

  platform = await platform.restart(() => layTogether(platform.folder))
  const config = readConfig({}, { dataFolder: platform.folder })
  expect(
    readdirSync(authorityFolder(config)).filter((name) => /^(root|issuing)\.key/.test(name)),
  ).toEqual([])
  expect(existsSync(join(caFolder(config), 'ledger.sqlite'))).toBe(true)
  expect(await rootOf()).toBe(before)

  const second = { name: '王建国', idNumber: idNumberOf(2), mobile: '13912345678' }
  const { phone } = await enrol(platform, administrator, second)
  const { certificate } = await phone.state()
  const [, root] = certificate!.chain.map((text) => new Uint8Array(Buffer.from(text, 'base64')))
  const [anchor] = parsePem(before).map(({ der }) => parseCertificate(der))
  expect(parseCertificate(root!).der).toEqual(anchor!.der)
  // A list made before the ledger began, and one after: numbers go on, and nothing is forgotten.
  await phone.reportLoss()
  const list = await fetch(`${platform.url}/crl/issuing.crl`)
  const { entries, crlNumber } = parseCrl(await list.bytes())
  expect(entries.size).toBe(2)
  expect(crlNumber).toBeGreaterThan(1n)
})

function layTogether(folder: string): void {
  const config = readConfig({}, { dataFolder: folder })
  const platformSealer = readSealer(join(config.keysFolder, 'platform.key'))
  for (const name of caKeyNames) {
    const key = readSealedKey(caFolder(config), name, readCaSealer(config))
    const [certificate] = readChain(caFolder(config), name)
    rmSync(join(authorityFolder(config), `${name}.pem`))
    writeAuthority(
      authorityFolder(config),
      name,
      { key, certificate: certificate! },
      platformSealer,
    )
  }
  rmSync(caFolder(config), { recursive: true })
  rmSync(join(config.keysFolder, 'tls'), { recursive: true })
}
