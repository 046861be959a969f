// A district with a centre, a clinic's application and doctors, over a real database: everything that signing and login
// do themselves is real; their neighbours (certificates, enrolment, people) are small stand-ins behind the same ports.
import { createHash, randomBytes } from 'node:crypto'
import { readDer } from '@yunqian/pki'
import { octetString, sequence, sm2PublicKeyInfo } from '@yunqian/pki/write'
import {
  createSealer,
  newId,
  openSignals,
  type Signals,
  silentLog,
  systemRandom,
} from '@yunqian/server'
import { insertDevice } from '../../apps/server/src/devices/index.ts'
import { KeyGenerations, keyById, suspendKey } from '../../apps/server/src/keys/two-party/index.ts'
import {
  cmsForm,
  csrForm,
  OpenNonces,
  pdfForm,
  type SignerCertificate,
  type SigningDeps,
} from '../../apps/server/src/signing/index.ts'
import { openPlatformThreads } from '../../apps/server/src/roles/threads.ts'
import { hisUsers, loginForm } from '../../apps/server/src/login/index.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { certify, nameOf } from './certificate.ts'

export interface Doctor {
  readonly tenantId: string
  readonly personId: string
  readonly deviceId: string
  readonly enrollmentId: string
  readonly name: string
}

interface Certified extends SignerCertificate {
  readonly personId: string
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Time stands still until a test moves it. */
function movableClock(start = new Date('2026-11-24T08:00:00Z')) {
  let now = start.getTime()
  return { now: () => new Date(now), pass: (ms: number) => void (now += ms) }
}

export async function createWorld() {
  const database = await createTestDatabase()
  const clock = movableClock()
  const threads = openPlatformThreads()
  const ids = { clock, random: systemRandom }
  const tenantId = newId(ids)
  const centreId = newId(ids)
  const application = { tenantId, centreId, applicationId: newId(ids), name: '测试诊所' }
  const log: { message: string; fields: object }[] = []
  const keep = (fields: object, message: string): void => void log.push({ fields, message })
  const certificates = new Map<string, Certified>()
  const enrolled = new Map<string, { doctor: Doctor; keyId?: string }>()
  const timeStamps = { down: false }
  const issuing = { down: false }
  const keepCertificate = (made: Omit<Certified, 'chain' | 'state'>): void =>
    void certificates.set(made.personId, { ...made, chain: [], state: 'valid' })

  const connect = (): Promise<Signals> =>
    openSignals({ url: database.appUrl, log: silentLog, random: systemRandom })
  const deps = (signals: Signals): SigningDeps => ({
    db: database.db,
    clock,
    random: systemRandom,
    sealer,
    blobs,
    signals,
    log: { debug: keep, info: keep, warn: keep, error: keep },
    nonces: new OpenNonces(),
    threads,
    keyGenerations: new KeyGenerations(),
    publicUrl: 'http://localhost:8443',
    hisUsers,
    forms: { csr: csrForm, login: loginForm, pdf: pdfForm, cms: cmsForm },
    certificates: {
      ofPerson: async (_tx, person) => certificates.get(person.personId),
      view: async (_tx, { certificateId }) => {
        const found = [...certificates.values()].find((c) => c.certificateId === certificateId)
        return found && viewOf(found, clock.now())
      },
      suspend: async (_tx, { certificateId }) => {
        for (const [personId, certificate] of certificates)
          if (certificate.certificateId === certificateId)
            certificates.set(personId, { ...certificate, state: 'suspended' })
      },
      timeStamp: async (digest) => {
        if (timeStamps.down) throw new Error('the time-stamp authority is out of reach')
        return sequence(octetString(digest))
      },
      revocationMaterial: async () => ({
        ocsp: sequence(octetString(new Uint8Array(8))),
        crls: [],
        certificates: [],
      }),
    },
    enrollments: {
      forKey: async (_tx, { enrollmentId, deviceId }) => {
        const found = enrolled.get(enrollmentId)
        if (found?.doctor.deviceId !== deviceId)
          throw Object.assign(new Error('unknown'), { code: 'enrollment.unknown' })
        const { personId, name } = found.doctor
        const made = found.keyId === undefined ? {} : { keyId: found.keyId }
        return { personId, centreId, subject: nameOf(name), ...made }
      },
      keyMade: async (_tx, { enrollmentId, keyId }) => {
        enrolled.get(enrollmentId)!.keyId = keyId
      },
      issue: async ({ enrollmentId, keyId, csr }) => {
        if (issuing.down) throw new Error('the issuing service is out of reach')
        readDer(csr)
        const { doctor } = enrolled.get(enrollmentId)!
        const key = await database.db.tx({ tenantId }, (tx) => keyById(tx, { tenantId, keyId }))
        const subject = nameOf(doctor.name)
        const made = await certify(subject, sm2PublicKeyInfo(key!.publicKey), clock.now())
        const certificateId = newId(ids)
        const { personId } = doctor
        keepCertificate({ ...made, certificateId, keyId, personId })
        return { certificateId }
      },
    },
    people: {
      describe: async (tx, person) => {
        const row = await tx.queryOne<{ name: string }>(
          'select name from person where person_id = $1',
          [person.personId],
        )
        return { name: row!.name, idNumberMasked: '', mobileMasked: '', centres: [] }
      },
    },
  })

  await database.db.tx({ tenantId }, async (tx) => {
    const at = clock.now()
    await tx.execute('insert into district values ($1, $2, $3)', [tenantId, '测试区', at])
    await tx.execute(
      `insert into centre (tenant_id, centre_id, code, name, state, created_at)
       values ($1, $2, $3, '测试社康', 'open', $4)`,
      [tenantId, centreId, `T-${centreId.slice(-8).toUpperCase()}`, at],
    )
    await tx.execute(
      `insert into application (tenant_id, application_id, centre_id, name, state, secret_hash,
         key_hint, created_at) values ($1, $2, $3, $4, 'active', $5, 'x', $6)`,
      [tenantId, application.applicationId, centreId, application.name, randomBytes(32), at],
    )
  })

  /** A doctor of the centre with a registered phone, ready to make a key. */
  async function addDoctor(name: string): Promise<Doctor> {
    const doctor = {
      tenantId,
      personId: newId(ids),
      deviceId: newId(ids),
      enrollmentId: newId(ids),
      name,
    }
    const at = clock.now()
    await database.db.tx({ tenantId }, async (tx) => {
      await tx.execute(
        `insert into person (tenant_id, person_id, name, id_number_sealed, id_number_index,
           mobile_sealed, mobile_index, created_at) values ($1, $2, $3, '', $4, '', '', $5)`,
        [tenantId, doctor.personId, name, randomBytes(32), at],
      )
      await tx.execute(
        `insert into membership (tenant_id, person_id, centre_id, role, state, created_at)
         values ($1, $2, $3, 'doctor', 'active', $4)`,
        [tenantId, doctor.personId, centreId, at],
      )
      const { deviceId } = doctor
      await insertDevice(tx, { tenantId, deviceId, name: '手机', requestKey: randomBytes(91), at })
      await tx.execute('update device set person_id = $2 where device_id = $1', [
        deviceId,
        doctor.personId,
      ])
    })
    enrolled.set(doctor.enrollmentId, { doctor })
    return doctor
  }

  const events = (type?: string): Promise<{ type: string; record: Record<string, unknown> }[]> =>
    database.db.tx({ tenantId }, async (tx) => {
      const rows = await tx.query<{ type: string; record: Uint8Array }>(
        'select type, record from evidence_event order by at, event_id',
      )
      return rows
        .filter((row) => type === undefined || row.type === type)
        .map((row) => ({
          type: row.type,
          record: JSON.parse(new TextDecoder().decode(row.record)) as Record<string, unknown>,
        }))
    })

  const opened: Signals[] = []
  /** One process of the service: its own memory, the common database. */
  async function startProcess(): Promise<SigningDeps> {
    const signals = await connect()
    opened.push(signals)
    return deps(signals)
  }

  return {
    database,
    clock,
    tenantId,
    centreId,
    application,
    certificates,
    keepCertificate,
    timeStamps,
    issuing,
    log,
    addDoctor,
    startProcess,
    events,
    suspendKeyOf: (keyId: string) =>
      database.db.tx({ tenantId }, (tx) =>
        suspendKey(tx, { tenantId, keyId, reason: 'test', at: clock.now() }),
      ),
    end: async (): Promise<void> => {
      await Promise.all(opened.map((signals) => signals.close()))
      await threads.close()
      await endOf(database)
    },
  }
}

const endOf = (database: TestDatabase): Promise<void> => database.drop()

function viewOf(certificate: Certified, now: Date) {
  return {
    certificateId: certificate.certificateId,
    serialNumberHex: certificate.serialNumberHex,
    subject: '',
    issuer: '',
    notBefore: now.toISOString(),
    notAfter: now.toISOString(),
    state: certificate.state,
    stateSince: now.toISOString(),
    certificate: Buffer.from(certificate.der).toString('base64'),
    chain: [],
  }
}

const stored = new Map<string, Uint8Array>()
const blobs = {
  put: async (bytes: Uint8Array) => {
    const sm3Hex = createHash('sm3').update(bytes).digest('hex')
    stored.set(sm3Hex, Uint8Array.from(bytes))
    return { sm3Hex }
  },
  get: async (sm3Hex: string) => {
    const bytes = stored.get(sm3Hex)
    if (!bytes) throw new Error('no such object')
    return Uint8Array.from(bytes)
  },
}

const sealer = createSealer(randomBytes(32))
