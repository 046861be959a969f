import { toHex } from '@yunqian/sm'
import { childrenOf, type DerNode, fieldsOf, isText, readOid, readText, TAG } from '../der/index.ts'
import { DerError } from '../errors.ts'

/** Short names of attribute types (RFC 4514 §3, RFC 4519, X.520). */
export const ATTRIBUTE_TYPE = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  GN: '2.5.4.42',
  organizationIdentifier: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
} as const

export type AttributeShortName = keyof typeof ATTRIBUTE_TYPE

export interface NameAttribute {
  readonly type: string
  /** Text of the value, or `#` and the hex of its DER when it is not a string (RFC 4514 §2.4). */
  readonly value: string
}

/** A distinguished name. */
export interface Name {
  readonly der: Uint8Array
  /** Relative distinguished names in encoded order: country first, common name last. */
  readonly rdns: readonly (readonly NameAttribute[])[]
  /** Comparison form: equal for names that RFC 5280 §7.1 calls equal. */
  readonly matchKey: string
  /** Value of the last attribute of that type, the most specific one. */
  get(type: AttributeShortName): string | undefined
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTE_TYPE).map(([short, oid]) => [oid, short]),
)

export function readName(node: DerNode): Name {
  const rdns = childrenOf(node).map(readRelativeName)
  return {
    der: node.bytes,
    rdns,
    matchKey: rdns.map(relativeNameKey).join('\n'),
    get: (type) =>
      rdns.flat().findLast((attribute) => attribute.type === ATTRIBUTE_TYPE[type])?.value,
  }
}

/** RelativeDistinguishedName, also used bare in distribution points. */
function readRelativeName(node: DerNode): readonly NameAttribute[] {
  const attributes = childrenOf(node, TAG.set).map((child) => {
    const fields = fieldsOf(child)
    const type = readOid(fields.next(TAG.oid))
    const value = fields.next()
    fields.end()
    return { type, value: isText(value) ? readText(value) : `#${toHex(value.bytes)}` }
  })
  if (attributes.length === 0)
    throw new DerError('pki.der-invalid-value', node.offset, 'empty relative name')
  return attributes
}

/** Comparison form of one relative name; JSON keeps separators inside values from mattering. */
const relativeNameKey = (rdn: readonly NameAttribute[]): string =>
  JSON.stringify(rdn.map(({ type, value }) => [type, prepared(value)]).sort(compareText))

const compareText = (a: readonly string[], b: readonly string[]): number => {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** String preparation of RFC 4518 as far as names use it: width and case folded, spaces collapsed. */
const prepared = (value: string): string =>
  value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ')

/** RFC 5280 §7.1: the same attributes in the same relative names, whatever their string types and case. */
export const nameEquals = (a: Name, b: Name): boolean => a.matchKey === b.matchKey

/** True when `name` lies in the subtree under `base` (directoryName constraints, RFC 5280 §4.2.1.10). */
export function nameIsWithin(name: Name, base: Name): boolean {
  return base.rdns.every((rdn, i) => {
    const own = name.rdns[i]
    return own !== undefined && relativeNameKey(own) === relativeNameKey(rdn)
  })
}

/** RFC 4514 text: most specific part first, e.g. `CN=张医生,O=示例卫生服务中心,C=CN`. */
export function formatName(name: Name): string {
  return name.rdns
    .toReversed()
    .map((rdn) => rdn.map(formatAttribute).join('+'))
    .join(',')
}

function formatAttribute({ type, value }: NameAttribute): string {
  const label = SHORT_NAMES.get(type) ?? type
  return `${label}=${value.startsWith('#') ? value : escapeValue(value)}`
}

function escapeValue(value: string): string {
  return value
    .replaceAll(/[\\"+,;<>=]/g, (character) => `\\${character}`)
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, (character) => `\\${character}`)
    .replace(/ $/, '\\ ')
}
