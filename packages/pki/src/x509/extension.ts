import {
  childrenOf,
  type DerNode,
  fieldsOf,
  readBoolean,
  readDer,
  readOid,
  readOctetString,
  TAG,
} from '../der/index.ts'
import { DerError } from '../errors.ts'

/** Extension, RFC 5280 §4.2; CRL entries and OCSP use the same shape. */
export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** Content of extnValue: the DER of the extension itself. */
  readonly value: Uint8Array
  /** Where `value` starts in what was parsed. */
  readonly valueOffset: number
}

/** Reads Extensions; the same identifier twice is refused (RFC 5280 §4.2). */
export function readExtensions(node: DerNode): readonly Extension[] {
  const seen = new Set<string>()
  return childrenOf(node).map((child) => {
    const fields = fieldsOf(child)
    const oid = readOid(fields.next())
    if (seen.has(oid)) throw new DerError('pki.der-extra-field', child.offset, `${oid} twice`)
    seen.add(oid)
    // An explicit FALSE is not DER, yet several CAs write it; it changes nothing.
    const flag = fields.optional(TAG.boolean)
    const value = fields.next(TAG.octetString)
    fields.end()
    return {
      oid,
      critical: flag !== undefined && readBoolean(flag),
      value: readOctetString(value),
      valueOffset: value.offset + value.bytes.length - value.content.length,
    }
  })
}

/** The parsed value of one extension if present, read by `read`. */
export function extensionValue<T>(
  extensions: readonly Extension[],
  oid: string,
  read: (node: DerNode) => T,
): T | undefined {
  const found = extensions.find((extension) => extension.oid === oid)
  return found && read(readDer(found.value, found.valueOffset))
}

/** Critical extensions whose identifiers are not among `known`. */
export const unknownCritical = (
  extensions: readonly Extension[],
  known: ReadonlySet<string>,
): readonly string[] =>
  extensions.filter(({ critical, oid }) => critical && !known.has(oid)).map(({ oid }) => oid)
