import { DerError } from '../errors.ts'
import { type DerNode, TAG } from './node.ts'

/** Walks the elements of a SEQUENCE in the order an ASN.1 module lists them. */
export interface DerFields {
  /** The next element, which must be there and, if a tag is named, carry it. */
  next(tag?: number): DerNode
  /** The next element if it carries `tag`; absent optional fields give undefined. */
  optional(tag: number): DerNode | undefined
  peek(): DerNode | undefined
  /** Everything not yet taken. */
  rest(): readonly DerNode[]
  /** Refuses elements nobody asked for. */
  end(): void
}

/** Opens a constructed node, by default a SEQUENCE, for reading field by field. */
export function fieldsOf(node: DerNode, tag: number = TAG.sequence): DerFields {
  const children = childrenOf(node, tag)
  let at = 0
  const next = (tag?: number): DerNode => {
    const child = children[at]
    if (child === undefined) throw new DerError('pki.der-missing-field', endOf(node))
    if (tag !== undefined) expectTag(child, tag)
    at += 1
    return child
  }
  return {
    next,
    optional: (tag) => (children[at]?.tag === tag ? children[at++] : undefined),
    peek: () => children[at],
    rest: () => {
      const rest = children.slice(at)
      at = children.length
      return rest
    },
    end: () => {
      const extra = children[at]
      if (extra !== undefined) throw new DerError('pki.der-extra-field', extra.offset)
    },
  }
}

/** Children of a node that must carry `tag` (SEQUENCE OF, SET OF, implicit lists). */
export function childrenOf(node: DerNode, tag: number = TAG.sequence): readonly DerNode[] {
  expectTag(node, tag)
  return node.children()
}

/** The single value inside an EXPLICIT tag. */
export function explicitChild(node: DerNode): DerNode {
  const children = node.children()
  const child = children[0]
  if (child === undefined) throw new DerError('pki.der-missing-field', endOf(node))
  if (children[1] !== undefined) throw new DerError('pki.der-extra-field', children[1].offset)
  return child
}

export function expectTag(node: DerNode, tag: number): void {
  if (node.tag !== tag)
    throw new DerError(
      'pki.der-unexpected-tag',
      node.offset,
      `expected ${tag.toString(16)}, found ${node.tag.toString(16)}`,
    )
}

const endOf = (node: DerNode): number => node.offset + node.bytes.length
