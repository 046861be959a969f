import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateStanding, CertificateView } from '@yunqian/api'
import { parseCertificate } from '@yunqian/pki'
import { listTenants, lockPerson } from '../accounts/index.ts'
import type { IssuedNow, Issuer } from '../issuance/index.ts'
import {
  authorityFolder,
  readAuthority,
  readChain,
  serviceKeyNames,
} from '../keys/authority/index.ts'
import type { Platform, Room, Tx } from '../platform/index.ts'
import { type ChangeDeps, changeState } from './change-state.ts'
import { keepIssued, supersedeOlder } from './keep-issued.ts'
import { revokeLiving, type Leaving } from './revoke-living.ts'
import { ocspFor, servicesOf, type OcspDeps } from './ocsp.ts'
import type { StopSignatures } from './ports.ts'
import { mountPublication } from './publication.ts'
import { currentRevocationList } from './revocation-list.ts'
import { mountCertificateRoutes } from './routes.ts'
import {
  certificateById,
  countValidByCentre,
  holdersOf,
  holdersOfSeveral,
  newestCertificates,
  viewOf,
} from './store.ts'
import { timeStamp } from './time-stamp.ts'

type Tenant = { readonly tenantId: string }

/** Certificates after they were issued: what signing and accounts ask, and the room to plug in. */
export function openCertificates(
  platform: Platform,
  issuer: Issuer,
  stopSignatures: StopSignatures,
) {
  const { config, sealer, random, clock, db } = platform
  const changing = { ...platform, stopSignatures }
  const folder = authorityFolder(config)
  const { chain } = issuer
  const [issuing, root] = chain
  if (!issuing || !root) throw new Error('the issuing CA has no chain')
  const tsa = { clock, random, authority: readAuthority(folder, 'tsa', sealer, random) }
  const services = serviceKeyNames.map((name) => readChain(folder, name)[0] as Uint8Array)
  const ocsp: OcspDeps = {
    db,
    clock,
    responder: readAuthority(folder, 'ocsp', sealer, random),
    issuing: parseCertificate(issuing),
    services: servicesOf(services),
  }
  const rootList = new Uint8Array(readFileSync(join(folder, 'root.crl')))
  const issuingList = (): Promise<Uint8Array> => currentRevocationList({ ...platform, issuer })

  const ofPerson = async (
    tx: Tx,
    { tenantId, personId }: Tenant & { readonly personId: string },
  ) => {
    const now = clock.now()
    const [newest] = await newestCertificates(tx, { tenantId, personIds: [personId], now })
    return newest && { ...newest, chain }
  }
  const view = async (tx: Tx, wanted: Tenant & { readonly certificateId: string }) => {
    const found = await certificateById(tx, { ...wanted, now: clock.now() })
    return found && viewOf(found, chain)
  }
  const suspend = async (
    tx: Tx,
    given: Tenant & { readonly certificateId: string; readonly reason: string; readonly at: Date },
  ): Promise<void> =>
    void (await changeState(changing, tx, 'suspend', { ...given, by: { room: 'signing' } }))

  const revocationMaterial = async (wanted: Tenant & { readonly certificateId: string }) => {
    const now = clock.now()
    const found = await db.tx(wanted, (tx) => certificateById(tx, { ...wanted, now }))
    if (!found) throw new Error('revocation material of a certificate that is not there')
    const responder = ocsp.responder.chain[0] as Uint8Array
    const timeStamper = tsa.authority.chain[0] as Uint8Array
    const [answer, list] = await Promise.all([ocspFor(ocsp, found.serialNumberHex), issuingList()])
    return {
      ocsp: answer,
      crls: [list, rootList],
      certificates: [found.der, issuing, root, timeStamper, responder],
    }
  }
  const viewMany = async (
    tx: Tx,
    tenantId: string,
    personIds: readonly string[],
  ): Promise<ReadonlyMap<string, CertificateView>> => {
    const found = await newestCertificates(tx, { tenantId, personIds, now: clock.now() })
    return new Map(found.map((one) => [one.personId, viewOf(one, chain)]))
  }
  const room: Room = {
    name: 'certificates',
    routes: (app) => {
      mountCertificateRoutes(app, changing, chain)
      mountPublication(app, { ocsp, timeStamp: tsa, root, issuing, rootList, issuingList })
    },
    recover: () => endSeconds(changing),
    periodic: [
      { name: 'revocation-list', everyMs: 60_000, run: async () => void (await issuingList()) },
    ],
  }
  return {
    room,
    root,
    issuing,
    crls: async (): Promise<Uint8Array[]> => [await issuingList(), rootList],
    revokeLiving: (tx: Tx, given: Leaving) => revokeLiving(changing, tx, given),
    keepIssued: (tx: Tx, issued: IssuedNow, stands: boolean) =>
      keepIssued(changing, tx, issued, stands),
    viewCertificates: viewMany,
    holdersOf: (tx: Tx, tenantId: string, standing: CertificateStanding) =>
      holdersOf(tx, { tenantId, standing, now: clock.now() }),
    countCertificates: (tx: Tx, tenantId: string) => countValidByCentre(tx, tenantId, clock.now()),
    /** What the signing room asks for. */
    forSigning: {
      ofPerson,
      view,
      suspend,
      timeStamp: (sm3: Uint8Array) => timeStamp(tsa, sm3),
      revocationMaterial,
    },
  }
}

// Issued before issuing ended the older ones: each person keeps the newest, by the very function that issuing uses.
async function endSeconds(changing: Platform & ChangeDeps): Promise<void> {
  const { db, clock } = changing
  for (const { tenantId } of await listTenants(db)) {
    const now = clock.now()
    const holders = await db.tx({ tenantId }, (tx) => holdersOfSeveral(tx, { tenantId, now }))
    for (const personId of holders)
      await db.tx({ tenantId }, async (tx) => {
        await lockPerson(tx, { tenantId, personId })
        const personIds = [personId]
        const [newest] = await newestCertificates(tx, { tenantId, personIds, now })
        if (newest) await supersedeOlder(changing, tx, { ...newest, tenantId, at: now })
      })
  }
}
