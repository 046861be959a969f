import { parseCertificate } from '@yunqian/pki'
import { verifyAny } from '@yunqian/verify'
import { accountsRoom, membershipsOf, personById } from '../accounts/index.ts'
import { certificatesAudit, openCertificates } from '../certificates/index.ts'
import { devicesRoom } from '../devices/index.ts'
import { certification, enrollmentRoom } from '../enrollment/index.ts'
import { evidenceRoom } from '../evidence/index.ts'
import { issuePersonCertificate, type IssuedNow, type Issuer } from '../issuance/index.ts'
import { authorityFolder, readAuthority } from '../keys/authority/index.ts'
import { KeyGenerations } from '../keys/two-party/index.ts'
import { hisUsers, loginForm, loginRoom, type LoginDeps } from '../login/index.ts'
import { openMessages } from '../messages/index.ts'
import type { Platform, Room, Tx } from '../platform/index.ts'
import { operationsRoom } from '../operations/index.ts'
import {
  cmsForm,
  csrForm,
  OpenNonces,
  pdfForm,
  signedDocuments,
  signingAudit,
  signingRoom,
  stopSignatures,
  type People,
} from '../signing/index.ts'
import { verificationRoom } from '../verification/index.ts'
import { consequences } from './consequences.ts'
import { openPlatformThreads } from './threads.ts'

type Certificates = ReturnType<typeof openCertificates>

/** All rooms of the server, wired to each other: the one place that knows them all. */
export function assemble(platform: Platform, issuer: Issuer): readonly Room[] {
  const { config, db } = platform
  const certificates = openCertificates(platform, issuer, (tx, stopped) =>
    stopSignatures(signing, tx, stopped),
  )
  const messages = openMessages(platform, globalThis.fetch)
  const whenIssued = async (tx: Tx, issued: IssuedNow): Promise<void> => {
    const stands = await applications.issued(tx, issued)
    await certificates.keepIssued(tx, issued, stands)
  }
  const threads = openPlatformThreads()
  const enrollment = {
    ...platform,
    messages: messages.sender,
    issueCertificate: (request: Parameters<typeof issuePersonCertificate>[1]) =>
      issuePersonCertificate({ ...platform, issuer, whenIssued }, request),
  }
  const applications = certification(enrollment)
  const signing: LoginDeps = {
    ...platform,
    nonces: new OpenNonces(),
    threads,
    keyGenerations: new KeyGenerations(),
    certificates: certificates.forSigning,
    hisUsers,
    enrollments: applications,
    people: peopleFor(platform),
    forms: { csr: csrForm, login: loginForm, pdf: pdfForm, cms: cmsForm },
    publicUrl: config.publicUrl,
    verifyRecord: recordVerifier(platform, certificates),
  }
  const folder = authorityFolder(config)
  const authority = (name: 'evidence-log' | 'report-seal') =>
    readAuthority(folder, name, platform.sealer, platform.random)
  return [
    accountsRoom(platform, { ...certificates, ...consequences(platform, certificates) }),
    devicesRoom(platform),
    enrollmentRoom(enrollment),
    messages.room,
    certificates.room,
    signingRoom(signing),
    loginRoom(signing),
    evidenceRoom(platform, {
      logKey: authority('evidence-log'),
      sealKey: authority('report-seal'),
      trustAnchors: [parseCertificate(certificates.root)],
      documents: signedDocuments({ db, blobs: platform.blobs, hisUsers }),
      intermediates: [parseCertificate(certificates.issuing)],
      auditParts: [certificatesAudit(platform), signingAudit({ db, blobs: platform.blobs })],
    }),
    operationsRoom(platform),
    verificationRoom(
      platform,
      {
        root: certificates.root,
        intermediates: [certificates.issuing],
        crls: certificates.crls,
      },
      threads,
    ),
    { name: 'threads', close: () => threads.close() },
  ]
}

function peopleFor({ sealer }: Platform): People {
  return {
    describe: async (tx, wanted) => {
      const person = await personById(sealer, tx, wanted)
      if (!person) throw new Error('a person that signing knows is gone')
      return { ...person, centres: await membershipsOf(tx, wanted) }
    },
  }
}

// A login is judged by the same engine as any document, with our root as only anchor and our lists at hand.
function recordVerifier(
  { clock }: Platform,
  { root, issuing, crls }: Certificates,
): LoginDeps['verifyRecord'] {
  return async (cms) => {
    const report = verifyAny(cms, {
      trustAnchors: [parseCertificate(root)],
      intermediates: [parseCertificate(issuing)],
      crls: await crls(),
      now: clock.now(),
    })
    return { verdict: report.verdict, report }
  }
}
