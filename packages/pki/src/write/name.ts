import { ATTRIBUTE_TYPE, type AttributeShortName } from '../x509/name.ts'
import { oid, printableString, sequence, setOf, utf8String } from './der.ts'
import { PkiError } from '../errors.ts'

/** Attributes of a name in encoded order: country first, common name last. */
export type NameParts = readonly (readonly [AttributeShortName, string])[]

/** Upper bounds of X.520 (RFC 5280 appendix A.1) in characters. */
const UPPER_BOUNDS: Partial<Record<AttributeShortName, number>> = {
  C: 2,
  CN: 64,
  O: 64,
  OU: 64,
  serialNumber: 64,
  title: 64,
}

/** DER of a Name, one attribute per relative name: country and serial number PrintableString, the rest UTF8String. */
export function encodeName(parts: NameParts): Uint8Array {
  return sequence(
    ...parts.map(([type, value]) => {
      const bound = UPPER_BOUNDS[type]
      if (value === '' || (bound !== undefined && [...value].length > bound))
        throw new PkiError('pki.name-invalid', `${type} is empty or over its upper bound`)
      const printable = type === 'C' || type === 'serialNumber'
      return setOf(
        sequence(oid(ATTRIBUTE_TYPE[type]), printable ? printableString(value) : utf8String(value)),
      )
    }),
  )
}
