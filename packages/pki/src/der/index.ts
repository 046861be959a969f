export { derFromBer } from './from-ber.ts'
export { childrenOf, explicitChild, expectTag, fieldsOf, type DerFields } from './fields.ts'
export {
  contextConstructed,
  contextPrimitive,
  readDer,
  TAG,
  type DerNode,
  type DerTagClass,
} from './node.ts'
export { isText, readIa5, readText, readUtf8 } from './text.ts'
export { readGeneralizedTime, readTime } from './time.ts'
export {
  readBitString,
  readBitStringBytes,
  readBoolean,
  readEnumerated,
  readInteger,
  readIntegerBytes,
  readIntegerHex,
  readNamedBits,
  readNull,
  readOctetString,
  readOid,
  readSmallInteger,
  type BitString,
} from './values.ts'
