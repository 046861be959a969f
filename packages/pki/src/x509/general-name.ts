import {
  childrenOf,
  type DerNode,
  explicitChild,
  fieldsOf,
  readIa5,
  readOid,
} from '../der/index.ts'
import { type Name, readName } from './name.ts'

/** GeneralName, RFC 5280 §4.2.1.6; forms nothing here looks into are kept as `other`. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'registered-id'; readonly oid: string }
  | { readonly kind: 'other'; readonly tagNumber: number; readonly der: Uint8Array }

export function readGeneralName(node: DerNode): GeneralName {
  switch (node.tag) {
    case 0x81:
      return { kind: 'email', value: readIa5(node) }
    case 0x82:
      return { kind: 'dns', value: readIa5(node) }
    case 0x86:
      return { kind: 'uri', value: readIa5(node) }
    case 0x87:
      return { kind: 'ip', bytes: node.content }
    case 0x88:
      return { kind: 'registered-id', oid: readOid(node, 0x88) }
    case 0xa4:
      return { kind: 'directory', name: readName(explicitChild(node)) }
    default:
      return { kind: 'other', tagNumber: node.number, der: node.bytes }
  }
}

/** GeneralNames under a SEQUENCE or an implicit tag. */
export const readGeneralNames = (node: DerNode, tag?: number): readonly GeneralName[] =>
  childrenOf(node, tag).map(readGeneralName)

/** GeneralSubtrees with minimum 0 and no maximum (RFC 5280 §4.2.1.10). */
export const readGeneralSubtrees = (node: DerNode, tag: number): readonly GeneralName[] =>
  childrenOf(node, tag).map((child) => {
    const fields = fieldsOf(child)
    const base = readGeneralName(fields.next())
    // DER leaves the default minimum out; a maximum is forbidden by the profile.
    fields.end()
    return base
  })
