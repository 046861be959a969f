export { canonicalJson, readCanonicalJson } from './canonical-json.ts'
export type { JsonValue } from './canonical-json.ts'
export { EvidenceError } from './errors.ts'
export type { EvidenceErrorCode } from './errors.ts'
export { EVENT_TYPES, checkEvent, decodeEvent, encodeEvent } from './event.ts'
export type { DigestPair, EventRecord, EventType } from './event.ts'
export { commitment } from './commitment.ts'
export { TREE_HASHES, hashOf, leafHash, nodeHash } from './tree-hash.ts'
export type { TreeHash } from './tree-hash.ts'
export {
  EMPTY_FRONTIER,
  appendLeaf,
  frontierAddresses,
  leafHashes,
  nodesOver,
  rootOf,
  rootOfFrontier,
} from './tree.ts'
export type { Frontier, NodeAddress, NodeReader, TreeNode } from './tree.ts'
export {
  consistencyNodes,
  consistencyProof,
  inclusionNodes,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from './proof.ts'
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
export type { Checkpoint } from './checkpoint.ts'
export { MAX_ZIP_ENTRIES, readZip } from './bundle/zip.ts'
export type { ZipEntry } from './bundle/zip.ts'
export { FILE_ROLES, decodeManifest, digestPair } from './bundle/manifest.ts'
export type { FileRole, Manifest, ManifestFile } from './bundle/manifest.ts'
export { decodeLogEvents } from './bundle/log-events.ts'
export type { LogEvents, LoggedEvent } from './bundle/log-events.ts'
export { MANIFEST_PATH, SEAL_PATH, readBundle } from './bundle/bundle.ts'
export type { Bundle, BundleDiscrepancy, BundleFile } from './bundle/bundle.ts'
