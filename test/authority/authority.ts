// A small working CA with OCSP, CRLs, a TSA and service keys, in memory, for tests of what reads signed things. It
// writes DER by hand so that it can also write what no honest authority would.
import { randomBytes } from 'node:crypto'
import {
  ALGORITHM_OID,
  CONTENT_TYPE,
  digest,
  type DigestName,
  digestOid,
  EXTENSION_OID,
  KEY_PURPOSE,
  OCSP_BASIC_RESPONSE,
  parseCertificate,
  type Certificate,
} from '@yunqian/pki'
import {
  algorithmIdentifier,
  bitString,
  boolean,
  enumerated,
  explicit,
  generalizedTime,
  generateSigningKey,
  ia5String,
  implicitConstructed,
  implicitPrimitive,
  integer,
  integerBytes,
  namedBits,
  octetString,
  oid,
  sequence,
  setOf,
  signData,
  softwareSigner,
  time,
  utf8String,
  type Signer,
  type SigningAlgorithm,
} from '@yunqian/pki/write'

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export interface Identity {
  readonly signer: Signer
  readonly certificate: Certificate
  /** DER, its own first, root last. */
  readonly chain: readonly Uint8Array[]
}

export interface CertificateWishes {
  readonly name: string
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly ca?: boolean
  /** Bits of KeyUsage, RFC 5280 §4.2.1.3. */
  readonly keyUsage?: readonly number[]
  readonly purposes?: readonly string[]
  /** Whether it says where its status is published. */
  readonly published?: boolean
  readonly ocspNoCheck?: boolean
}

const day = 86_400_000
const epoch = new Date('2026-11-01T00:00:00Z')
export const after = (days: number, seconds = 0): Date =>
  new Date(epoch.getTime() + days * day + seconds * 1000)

const DIGITAL_SIGNATURE = 0
const CERT_SIGN = 5
const CRL_SIGN = 6

/** Makes a key and its certificate; without an issuer it signs itself. */
export async function issue(
  algorithm: SigningAlgorithm,
  wishes: CertificateWishes,
  issuer?: Identity,
): Promise<Identity> {
  const signer = softwareSigner(generateSigningKey(algorithm, random), random)
  const by = issuer?.signer ?? signer
  const subject = nameOf(wishes.name)
  const serial = random(12)
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  const tbs = sequence(
    explicit(0, integer(2)),
    integerBytes(serial),
    algorithmIdentifier(by.algorithm),
    issuer?.certificate.subject.der ?? subject,
    sequence(time(wishes.notBefore ?? epoch), time(wishes.notAfter ?? after(365))),
    subject,
    signer.publicKey.der,
    explicit(3, sequence(...extensionsOf(wishes, signer, issuer))),
  )
  const der = await signed(tbs, by)
  return {
    signer,
    certificate: parseCertificate(der),
    chain: [der, ...(issuer?.chain ?? [])],
  }
}

async function signed(tbs: Uint8Array, signer: Signer): Promise<Uint8Array> {
  const signature = bitString(await signer.sign(tbs))
  return sequence(tbs, algorithmIdentifier(signer.algorithm), signature)
}

const nameOf = (name: string): Uint8Array =>
  sequence(setOf(sequence(oid('2.5.4.3'), utf8String(name))))

function extensionsOf(wishes: CertificateWishes, signer: Signer, issuer?: Identity): Uint8Array[] {
  const extension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))
  const keyId = digest('sha1', signer.publicKey.bytes)
  const usage = wishes.keyUsage ?? (wishes.ca ? [CERT_SIGN, CRL_SIGN] : [DIGITAL_SIGNATURE])
  const issuerKeyId = issuer?.certificate.subjectKeyId
  const at = (path: string): Uint8Array => implicitPrimitive(6, ia5Bytes(`http://ca.test/${path}`))
  return [
    extension(
      EXTENSION_OID.basicConstraints,
      true,
      sequence(...(wishes.ca ? [boolean(true)] : [])),
    ),
    extension(EXTENSION_OID.keyUsage, true, namedBits(usage)),
    extension(EXTENSION_OID.subjectKeyIdentifier, false, octetString(keyId)),
    ...(issuerKeyId
      ? [
          extension(
            EXTENSION_OID.authorityKeyIdentifier,
            false,
            sequence(implicitPrimitive(0, issuerKeyId)),
          ),
        ]
      : []),
    ...(wishes.purposes
      ? [
          extension(
            EXTENSION_OID.extKeyUsage,
            true,
            sequence(...wishes.purposes.map((p) => oid(p))),
          ),
        ]
      : []),
    ...(wishes.published
      ? [
          extension(
            EXTENSION_OID.authorityInfoAccess,
            false,
            sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), at('ocsp'))),
          ),
        ]
      : []),
    ...(wishes.ocspNoCheck
      ? [extension(EXTENSION_OID.ocspNoCheck, false, Uint8Array.of(5, 0))]
      : []),
  ]
}

const ia5Bytes = (text: string): Uint8Array => ia5String(text).subarray(2)

export interface Revocation {
  readonly at: Date
  /** CRLReason number. */
  readonly reason?: number
}

/** A complete CRL of `issuer`. */
export async function makeCrl(
  issuer: Identity,
  fields: {
    readonly thisUpdate: Date
    readonly nextUpdate?: Date
    readonly revoked?: readonly (Revocation & { readonly certificate: Certificate })[]
  },
): Promise<Uint8Array> {
  const entries = (fields.revoked ?? []).map(({ certificate, at, reason }) =>
    sequence(
      integerBytes(certificate.serialNumber),
      time(at),
      ...(reason === undefined
        ? []
        : [sequence(sequence(oid(EXTENSION_OID.reasonCode), octetString(enumerated(reason))))]),
    ),
  )
  const keyId = issuer.certificate.subjectKeyId
  const tbs = sequence(
    integer(1),
    algorithmIdentifier(issuer.signer.algorithm),
    issuer.certificate.subject.der,
    time(fields.thisUpdate),
    time(fields.nextUpdate ?? new Date(fields.thisUpdate.getTime() + day)),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    explicit(
      0,
      sequence(
        ...(keyId
          ? [
              sequence(
                oid(EXTENSION_OID.authorityKeyIdentifier),
                octetString(sequence(implicitPrimitive(0, keyId))),
              ),
            ]
          : []),
        sequence(oid(EXTENSION_OID.crlNumber), octetString(integer(1))),
      ),
    ),
  )
  return signed(tbs, issuer.signer)
}

/** A successful OCSP response about one certificate, by the CA itself or a delegate of it. */
export async function makeOcsp(
  issuer: Identity,
  responder: Identity,
  fields: {
    readonly certificate: Certificate
    readonly thisUpdate: Date
    readonly nextUpdate?: Date
    readonly status?: 'good' | 'unknown' | Revocation
  },
): Promise<Uint8Array> {
  const { certificate, thisUpdate, status = 'good' } = fields
  const hash = (bytes: Uint8Array): Uint8Array => octetString(digest('sha1', bytes))
  const certId = sequence(
    sequence(oid(ALGORITHM_OID.sha1), Uint8Array.of(5, 0)),
    hash(issuer.certificate.subject.der),
    hash(issuer.certificate.publicKey.bytes),
    integerBytes(certificate.serialNumber),
  )
  const certStatus =
    status === 'good'
      ? implicitPrimitive(0, new Uint8Array(0))
      : status === 'unknown'
        ? implicitPrimitive(2, new Uint8Array(0))
        : implicitConstructed(
            1,
            join(
              generalizedTime(status.at),
              ...(status.reason === undefined ? [] : [explicit(0, enumerated(status.reason))]),
            ),
          )
  const next = fields.nextUpdate ?? new Date(thisUpdate.getTime() + day)
  const data = sequence(
    explicit(2, octetString(digest('sha1', responder.certificate.publicKey.bytes))),
    generalizedTime(thisUpdate),
    sequence(
      sequence(certId, certStatus, generalizedTime(thisUpdate), explicit(0, generalizedTime(next))),
    ),
  )
  const basic = sequence(
    data,
    algorithmIdentifier(responder.signer.algorithm),
    bitString(await responder.signer.sign(data)),
    ...(responder === issuer ? [] : [explicit(0, sequence(responder.certificate.der))]),
  )
  const body = sequence(oid(OCSP_BASIC_RESPONSE), octetString(basic))
  return sequence(enumerated(0), explicit(0, body))
}

/** A TimeStampToken over `content`. */
export async function makeTimestamp(
  tsa: Identity,
  content: Uint8Array,
  genTime: Date,
  digestName: DigestName = tsa.signer.algorithm === 'sm2-with-sm3' ? 'sm3' : 'sha256',
): Promise<Uint8Array> {
  const tstInfo = sequence(
    integer(1),
    oid('2.25.1'),
    sequence(sequence(oid(digestOid(digestName))), octetString(digest(digestName, content))),
    integer(7),
    generalizedTime(genTime),
  )
  return signData({
    contentType: CONTENT_TYPE.tstInfo,
    content: tstInfo,
    signer: tsa.signer,
    signerCertificate: tsa.certificate.der,
    certificates: tsa.chain.slice(0, -1),
    signingTime: genTime,
  })
}

/** TimeStampResp with status granted. */
export const timestampResponse = (token: Uint8Array): Uint8Array =>
  sequence(sequence(integer(0)), token)

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]))
}

/** A root, an issuing CA and everyone below it that the product knows. */
export interface Authority {
  readonly root: Identity
  readonly issuing: Identity
  readonly doctor: Identity
  readonly second: Identity
  readonly tsa: Identity
  readonly ocsp: Identity
  readonly log: Identity
  readonly seal: Identity
}

export async function makeAuthority(algorithm: SigningAlgorithm): Promise<Authority> {
  const root = await issue(algorithm, { name: '测试根', ca: true, notAfter: after(7300) })
  const issuing = await issue(
    algorithm,
    { name: '测试签发', ca: true, notAfter: after(3650) },
    root,
  )
  const below = (wishes: CertificateWishes): Promise<Identity> => issue(algorithm, wishes, issuing)
  const service = (name: string, purpose: string): Promise<Identity> =>
    below({ name, purposes: [purpose], notAfter: after(1825) })
  return {
    root,
    issuing,
    doctor: await below({ name: '陈医生', published: true, keyUsage: [0, 1] }),
    second: await below({ name: '李医生', published: true, keyUsage: [0, 1] }),
    tsa: await service('时间戳', KEY_PURPOSE.timeStamping),
    ocsp: await below({ name: 'OCSP', purposes: [KEY_PURPOSE.ocspSigning], ocspNoCheck: true }),
    log: await service('存证日志', KEY_PURPOSE.evidenceLog),
    seal: await service('出证签章', KEY_PURPOSE.reportSeal),
  }
}
