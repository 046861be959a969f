// The CA's own parts, wired as its role wires them, but with a signer, or an answer, in whose middle the power goes.
import {
  caFolder,
  caTlsFolder,
  ledgerFile,
  readCaSealer,
} from '../../apps/server/src/issuance/ca/ca-folder.ts'
import { issuerWith } from '../../apps/server/src/issuance/ca/issuer-key.ts'
import { Ledger } from '../../apps/server/src/issuance/ca/ledger.ts'
import { serveCa } from '../../apps/server/src/issuance/ca/serve-ca.ts'
import { readAuthority } from '../../apps/server/src/keys/authority/index.ts'
import { readTlsIdentity } from '../../apps/server/src/keys/internal-tls/index.ts'
import { openLog, readConfig, systemClock, systemRandom } from '@yunqian/server'

const moment = process.argv[2]
const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('dead')
}
const config = readConfig(process.env)
const { publicUrl, caIssuesPerHour: mostPerHour } = config
const { signer, chain } = readAuthority(
  caFolder(config),
  'issuing',
  readCaSealer(config),
  systemRandom,
)
const real = issuerWith({
  // The intent is on disk when the signer is asked, and the result is not.
  signer: moment === 'before it keeps' ? { ...signer, sign: async () => die() } : signer,
  chain,
  ledger: Ledger.open(ledgerFile(config)),
  clock: systemClock,
  random: systemRandom,
  publicUrl,
  mostPerHour,
})
const log = openLog('info')
await serveCa({
  // Signed and kept, and nobody was answered.
  issuer: { ...real, issue: async (request) => (await real.issue(request), die()) },
  identity: readTlsIdentity(caTlsFolder(config)),
  peers: config.caPeers,
  host: config.caHost,
  port: config.caPort,
  clock: systemClock,
  log,
})
log.info({}, 'ready')
