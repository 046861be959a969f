import { type DerNode, fieldsOf, readOid, TAG } from '../der/index.ts'

/** AlgorithmIdentifier, RFC 5280 §4.1.1.2. */
export interface AlgorithmIdentifier {
  readonly oid: string
  /** The parameters' TLV; absent and NULL are both frequent and usually mean the same. */
  readonly parameters: DerNode | undefined
  readonly der: Uint8Array
}

export function readAlgorithmIdentifier(
  node: DerNode,
  tag: number = TAG.sequence,
): AlgorithmIdentifier {
  const fields = fieldsOf(node, tag)
  const oid = readOid(fields.next(TAG.oid))
  const parameters = fields.peek() && fields.next()
  fields.end()
  return { oid, parameters, der: node.bytes }
}

/** True when parameters are absent or NULL: all that the signature and digest algorithms here allow. */
export const hasNoParameters = ({ parameters }: AlgorithmIdentifier): boolean =>
  parameters === undefined || (parameters.tag === TAG.null && parameters.content.length === 0)
