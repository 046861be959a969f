import type { CertificateView, ClosingCode, TaskKind } from '@yunqian/api'
import type { RandomSource } from '@yunqian/sm'
import type { Clock, Database, Log, Signals, Threads, Tx } from '../platform/index.ts'
import type { KeyGenerations, Sealer } from '../keys/two-party/index.ts'
import type { OpenNonces } from './open-nonces.ts'
import type { PdfWorks } from './pdf-work/index.ts'
import type { PreparedTask } from './preparation.ts'
import type { SigningTask } from './task.ts'

/** A phone whose signed request was let in. */
export interface PhoneCaller {
  readonly tenantId: string
  readonly deviceId: string
  /** Absent while an enrolment has not found whose phone it is. */
  readonly personId?: string
}

/** A program that called with its key. */
export interface ApplicationCaller {
  readonly tenantId: string
  readonly applicationId: string
  readonly centreId: string
}

/**
 * Large objects under the SM3 of their bytes: durable when `put` resolves, and never changed. What `get` gives is the
 * caller's own, to hand over to a thread.
 */
interface Blobs {
  put(bytes: Uint8Array): Promise<{ readonly sm3Hex: string }>
  get(sm3Hex: string): Promise<Uint8Array>
}

/** The newest certificate of a person, as far as signing needs it. */
export interface SignerCertificate {
  readonly certificateId: string
  readonly keyId: string
  readonly serialNumberHex: string
  readonly der: Uint8Array
  /** Issuing CA first, root last. */
  readonly chain: readonly Uint8Array[]
  readonly state: 'valid' | 'suspended' | 'revoked' | 'expired'
}

/** What lets anyone check a signature later without asking us. */
export interface RevocationMaterial {
  /** OCSP response about the signer, produced after the call began. */
  readonly ocsp: Uint8Array
  /** Issuing CA's and root's newest lists. */
  readonly crls: readonly Uint8Array[]
  /** Every certificate of the chains involved, the time-stamp authority's and the responder's included. */
  readonly certificates: readonly Uint8Array[]
}

/** The certificates room. */
interface Certificates {
  ofPerson(
    tx: Tx,
    person: { readonly tenantId: string; readonly personId: string },
  ): Promise<SignerCertificate | undefined>
  view(
    tx: Tx,
    certificate: { readonly tenantId: string; readonly certificateId: string },
  ): Promise<CertificateView | undefined>
  /** Inside the caller's transaction, with the event that belongs to it. */
  suspend(
    tx: Tx,
    certificate: {
      readonly tenantId: string
      readonly certificateId: string
      readonly reason: string
      readonly at: Date
    },
  ): Promise<void>
  /** RFC 3161 token over an SM3 digest. */
  timeStamp(sm3: Uint8Array): Promise<Uint8Array>
  revocationMaterial(certificate: {
    readonly tenantId: string
    readonly certificateId: string
  }): Promise<RevocationMaterial>
}

/** The login room: who a HIS user is, and how they last proved it. */
export interface HisUsers {
  /** The person bound to a HIS user of an application. */
  personOf(
    tx: Tx,
    user: {
      readonly tenantId: string
      readonly applicationId: string
      readonly hisUserId: string
    },
  ): Promise<string | undefined>
  /** CMS of the newest login record of a person in an application, not younger than a moment. */
  loginRecordBefore(
    tx: Tx,
    login: {
      readonly tenantId: string
      readonly applicationId: string
      readonly personId: string
      readonly at: Date
    },
  ): Promise<Uint8Array | undefined>
}

/** The room that decides who gets a certificate. */
interface Enrollments {
  /** The application of this phone, locked, when it has come to the making of the key; throws `enrollment.wrong-state`, `enrollment.unknown`. */
  forKey(
    tx: Tx,
    wanted: {
      readonly tenantId: string
      readonly enrollmentId: string
      readonly deviceId: string
    },
  ): Promise<KeyEnrollment>
  /** Moves the application on, in the transaction that keeps the key. */
  keyMade(
    tx: Tx,
    made: {
      readonly tenantId: string
      readonly enrollmentId: string
      readonly keyId: string
      readonly csrTaskId: string
      readonly at: Date
    },
  ): Promise<void>
  /** Issues for a signed certification request; the same request again is answered with the same certificate. */
  issue(request: {
    readonly tenantId: string
    readonly enrollmentId: string
    readonly keyId: string
    readonly csr: Uint8Array
  }): Promise<{ readonly certificateId: string }>
}

export interface KeyEnrollment {
  readonly personId: string
  readonly centreId: string
  /** DER of the Name the certificate will carry. */
  readonly subject: Uint8Array
  /** A key made before and not certified; it is replaced. */
  readonly keyId?: string
}

/** The accounts room: a person as they may be shown to themselves. */
export interface People {
  describe(
    tx: Tx,
    person: { readonly tenantId: string; readonly personId: string },
  ): Promise<{
    readonly name: string
    readonly idNumberMasked: string
    readonly mobileMasked: string
    readonly centres: readonly {
      readonly centreId: string
      readonly name: string
      readonly role: string
    }[]
  }>
}

/** One kind of task: what exactly is signed, and what becomes of the signature. */
export interface TaskForm {
  prepare(deps: SigningDeps, task: SigningTask, signer: Signer): Promise<PreparedTask>
  /**
   * Makes the finished thing of a signature that is already stored, and commits state `completed` with it. Called by
   * the request that brought the signature and again by recovery until it succeeds; must be repeatable.
   */
  complete(deps: SigningDeps, task: SigningTask): Promise<void>
  /** What else the person's refusal ends, in the transaction that records it. */
  refused?(deps: SigningDeps, tx: Tx, task: SigningTask, reason: string, at: Date): Promise<void>
  /** What else ends with a signature that can come to nothing any more, in the transaction that says so. */
  voided?(
    deps: Pick<SigningDeps, 'signals'>,
    tx: Tx,
    task: SigningTask,
    cause: ClosingCode,
  ): Promise<void>
}

/** Who signs, with what. */
export interface Signer {
  readonly personId: string
  readonly name: string
  readonly keyId: string
  readonly publicKey: Uint8Array
  /** Absent for a certification request. */
  readonly certificate?: SignerCertificate
}

export interface SigningDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: RandomSource
  readonly sealer: Sealer
  readonly blobs: Blobs
  readonly signals: Signals
  readonly log: Log
  readonly nonces: OpenNonces
  /** What takes long with a large PDF runs here; secrets never do. */
  readonly threads: Pick<Threads<PdfWorks>, 'run'>
  readonly certificates: Certificates
  readonly hisUsers: HisUsers
  readonly enrollments: Enrollments
  readonly people: People
  readonly keyGenerations: KeyGenerations
  readonly forms: Readonly<Record<TaskKind, TaskForm>>
  /** Where QR codes lead, without a slash at the end. */
  readonly publicUrl: string
}
