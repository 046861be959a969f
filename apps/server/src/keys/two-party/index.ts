export { TwoPartyKeyError } from './errors.ts'
export type { Sealer } from './ports.ts'
export { KeyGenerations, type KeyHolder, type MadeKey } from './key-generation.ts'
export {
  chargeTry,
  clearTries,
  destroyKeyShare,
  insertKey,
  keyById,
  keySecrets,
  refundTry,
  resumeKey,
  suspendKey,
  type KeySecrets,
} from './store.ts'
export {
  requireUsable,
  sidBytes,
  signingContext,
  triesLeft,
  type TwoPartyKey,
} from './two-party-key.ts'
