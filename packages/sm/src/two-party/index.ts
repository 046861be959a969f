export { wipe } from '../bytes.ts'
export { TwoPartyError, type TwoPartyErrorCode } from './errors.ts'
export {
  phoneKeyFinish,
  phoneKeyShare,
  serverKeyCommit,
  serverKeyOpen,
  type KeyOpening,
  type KeyShareMessage,
  type ServerKeyState,
  type Session,
} from './key-generation.ts'
export {
  decodeBatchJoinMessage,
  decodeJoinMessage,
  decodeKeyOpening,
  decodeKeyShareMessage,
  decodeSignAnswer,
  encodeBatchJoinMessage,
  encodeJoinMessage,
  encodeKeyOpening,
  encodeKeyShareMessage,
  encodeSignAnswer,
} from './messages.ts'
export { OneUseNonce } from './one-use-nonce.ts'
export {
  phoneSignFinish,
  phoneSignJoin,
  phoneSignJoinBatch,
  type PhoneSignState,
} from './phone-signing.ts'
export {
  serverSignAnswer,
  serverSignAnswerBatch,
  serverSignOpen,
  type ServerSignState,
} from './server-signing.ts'
export { changePhoneShare, changeServerShare, drawShareFactor } from './share-change.ts'
export type { BatchJoinMessage, JoinMessage, SignAnswer, SignItem } from './sign-session.ts'
