// What a person signs, made with the writing faces and a test authority.
import { CONTENT_TYPE, digest, parseSignedData } from '@yunqian/pki'
import { signData, withRevocationInfo, withTimeStampToken } from '@yunqian/pki/write'
import { coveredBytes, listSignatures, readPdf, type IntactSignature } from '@yunqian/documents'
import { appendDss, insertSignature, prepareSignature } from '@yunqian/documents/write'
import { signedAttributes, assembleSignedData } from '@yunqian/pki/write'
import {
  after,
  makeCrl,
  makeOcsp,
  makeTimestamp,
  type Authority,
  type Identity,
} from './authority.ts'

export const signedAt = after(10)

export interface SigningWishes {
  readonly signer?: Identity
  readonly detached?: boolean
  readonly stamped?: boolean
  readonly status?: boolean
  readonly at?: Date
}

/** A CMS over content, with timestamp and status beside the signature unless wished otherwise. */
export async function signContent(
  authority: Authority,
  content: Uint8Array,
  wishes: SigningWishes = {},
): Promise<Uint8Array> {
  const { signer = authority.doctor, detached = true, stamped = true, status = true } = wishes
  const at = wishes.at ?? signedAt
  let cms = await signData({
    contentType: CONTENT_TYPE.data,
    content,
    detached,
    signer: signer.signer,
    signerCertificate: signer.certificate.der,
    certificates: signer.chain.slice(0, -1),
    signingTime: at,
  })
  if (stamped) {
    const value = parseSignedData(cms).signerInfos[0]?.signature as Uint8Array
    cms = withTimeStampToken(cms, await makeTimestamp(authority.tsa, value, at))
  }
  return status ? withRevocationInfo(cms, await statusOf(authority, signer, at)) : cms
}

/** OCSP of the signer a few seconds after `at`, and the root's CRL. */
export async function statusOf(
  authority: Authority,
  signer: Identity,
  at: Date,
): Promise<{ ocsps: Uint8Array[]; crls: Uint8Array[] }> {
  const { issuing, ocsp, root } = authority
  const thisUpdate = new Date(at.getTime() + 5000)
  return {
    ocsps: [await makeOcsp(issuing, ocsp, { certificate: signer.certificate, thisUpdate })],
    crls: [await makeCrl(root, { thisUpdate: after(9), nextUpdate: after(40) })],
  }
}

/** One more PAdES signature on a PDF, B-LT unless wished otherwise. */
export async function signPdf(
  authority: Authority,
  pdf: Uint8Array,
  wishes: SigningWishes = {},
): Promise<Uint8Array> {
  const { signer = authority.doctor, stamped = true, status = true, at = signedAt } = wishes
  const { prepared, byteRange, contentsRange } = prepareSignature(pdf, {
    signingTime: at,
    name: signer.certificate.subject.get('CN') ?? '',
    reserveBytes: 8192,
  })
  const algorithm = signer.signer.algorithm
  const digestAlgorithm = algorithm === 'sm2-with-sm3' ? 'sm3' : 'sha256'
  const attributes = signedAttributes({
    contentType: CONTENT_TYPE.data,
    messageDigest: digest(digestAlgorithm, coveredBytes(prepared, byteRange)),
    digestAlgorithm,
    signerCertificate: signer.certificate.der,
  })
  const signatureValue = await signer.signer.sign(attributes)
  let cms = assembleSignedData({
    contentType: CONTENT_TYPE.data,
    signedAttributes: attributes,
    signerCertificate: signer.certificate.der,
    certificates: signer.chain.slice(0, -1),
    signatureAlgorithm: algorithm,
    signatureValue,
  })
  if (stamped) cms = withTimeStampToken(cms, await makeTimestamp(authority.tsa, signatureValue, at))
  const signed = insertSignature(prepared, contentsRange, cms)
  if (!status) return signed
  const { ocsps, crls } = await statusOf(authority, signer, at)
  const { tsa, ocsp } = authority
  const certificates = [...signer.chain, tsa.certificate.der, ocsp.certificate.der]
  const last = listSignatures(readPdf(signed)).at(-1) as IntactSignature
  return appendDss(signed, { certificates, ocsps, crls, vriFor: last.paddedContents })
}
