import { findSignatureTraces } from '@yunqian/documents'
import {
  contextConstructed,
  CONTENT_TYPE,
  derFromBer,
  parsePem,
  readDer,
  readOid,
  TAG,
} from '@yunqian/pki'
import type { DerNode } from '@yunqian/pki'

/** What a file turned out to be, with armour removed. */
export type Sniffed =
  | {
      readonly kind:
        | 'pdf'
        | 'bundle'
        | 'cms'
        | 'timestamp-token'
        | 'timestamp-response'
        | 'certificate'
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'unknown' }

/** Tells the kind by the first bytes and, for DER, by its outermost shape; contents are not judged here. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (startsWith(bytes, '%PDF-') || looksSigned(bytes)) return { kind: 'pdf', bytes }
  if (startsWith(bytes, 'PK\u0003\u0004')) return { kind: 'bundle', bytes }
  if (bytes[0] === TAG.sequence) return sniffDer(bytes)
  const block = firstPemBlock(bytes)
  return block ? sniffDer(block) : { kind: 'unknown' }
}

function sniffDer(bytes: Uint8Array): Sniffed {
  try {
    // Signatures come in BER too; whether that is acceptable is for the judgement.
    const children = readDer(derFromBer(bytes)).children()
    const [first, second, third] = children
    if (first?.tag === TAG.oid && second) return sniffContentInfo(bytes, readOid(first), second)
    if (first?.tag !== TAG.sequence) return { kind: 'unknown' }
    if (third?.tag === TAG.bitString)
      return isTbsCertificate(first) ? { kind: 'certificate', bytes } : { kind: 'unknown' }
    // TimeStampResp: PKIStatusInfo begins with an INTEGER, then perhaps a token (RFC 3161 §2.4.2).
    const status = first.children()[0]
    if (status?.tag === TAG.integer && !third) return { kind: 'timestamp-response', bytes }
    return { kind: 'unknown' }
  } catch {
    return { kind: 'unknown' }
  }
}

// Requests and revocation lists are signed in the same way; a certificate has its validity, a SEQUENCE, in fifth place.
function isTbsCertificate(tbs: DerNode): boolean {
  const fields = tbs.children()
  const from = fields[0]?.tag === contextConstructed(0) ? 1 : 0
  return fields[from]?.tag === TAG.integer && fields[from + 3]?.tag === TAG.sequence
}

function sniffContentInfo(bytes: Uint8Array, type: string, content: DerNode): Sniffed {
  if (type !== CONTENT_TYPE.signedData && type !== CONTENT_TYPE.gmSignedData)
    return { kind: 'unknown' }
  const encapsulated = content.children()[0]?.children()[2]?.children()[0]
  const stamp = encapsulated?.tag === TAG.oid && readOid(encapsulated) === CONTENT_TYPE.tstInfo
  return { kind: stamp ? 'timestamp-token' : 'cms', bytes }
}

function firstPemBlock(bytes: Uint8Array): Uint8Array | undefined {
  if (!startsWith(bytes, '-----BEGIN ')) return undefined
  try {
    return parsePem(new TextDecoder().decode(bytes))[0]?.der
  } catch {
    return undefined
  }
}

// A signed PDF whose very first bytes were hit is still a damaged PDF, not an unknown file.
function looksSigned(bytes: Uint8Array): boolean {
  return bytes[0] !== 0x50 && bytes[0] !== TAG.sequence && findSignatureTraces(bytes).length > 0
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false
  return true
}
