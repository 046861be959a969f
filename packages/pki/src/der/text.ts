import { DerError } from '../errors.ts'
import { type DerNode, TAG } from './node.ts'

const invalid = (node: DerNode): DerError =>
  new DerError('pki.der-invalid-value', node.offset, 'text is not in the declared character set')

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function ascii(node: DerNode): string {
  if (node.content.some((byte) => byte >= 0x80)) throw invalid(node)
  return latin1(node.content)
}

function utf8(node: DerNode): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(node.content)
  } catch {
    throw invalid(node)
  }
}

function fixedWidth(node: DerNode, width: 2 | 4): string {
  const { content } = node
  if (content.length % width !== 0) throw invalid(node)
  let text = ''
  for (let at = 0; at < content.length; at += width) {
    let code = 0
    for (let i = 0; i < width; i++) code = code * 256 + content[at + i]!
    if (code > 0x10ffff) throw invalid(node)
    text += String.fromCodePoint(code)
  }
  return text
}

// PrintableString is read as ASCII: certificates in the field put '@', '*' and '_' there, and refusing to
// display a name helps nobody. TeletexString is read as Latin-1, as every implementation does.
const READERS: Readonly<Record<number, (node: DerNode) => string>> = {
  [TAG.utf8String]: utf8,
  [TAG.printableString]: ascii,
  [TAG.numericString]: ascii,
  [TAG.ia5String]: ascii,
  [TAG.visibleString]: ascii,
  [TAG.teletexString]: (node) => latin1(node.content),
  [TAG.bmpString]: (node) => fixedWidth(node, 2),
  [TAG.universalString]: (node) => fixedWidth(node, 4),
}

/** True for the ASN.1 string types that hold text. */
export const isText = (node: DerNode): boolean => READERS[node.tag] !== undefined

/** Text of any ASN.1 string type. */
export function readText(node: DerNode): string {
  const reader = READERS[node.tag]
  if (!reader) throw new DerError('pki.der-unexpected-tag', node.offset, 'not a text type')
  return reader(node)
}

/** Content octets of an implicitly tagged IA5String, e.g. a URI in a GeneralName. */
export const readIa5 = (node: DerNode): string => ascii(node)

export function readUtf8(node: DerNode): string {
  if (node.tag !== TAG.utf8String) throw new DerError('pki.der-unexpected-tag', node.offset)
  return utf8(node)
}
