// Signing with both halves: GM/T 0003.2-2012 clause 6.1 with k = w2 + d2^-1·w1, which neither side
// knows, and (1+d)^-1 = d1·d2:
//
//   server -> phone   com = H(sid, context, e, R2, salt) with R2 = [w2]G         serverSignOpen
//   phone -> server   Q1 = [w1]G, proof of w1 and d1^-1                          phoneSignJoin
//   server -> phone   r = e + x(R2 + [d2^-1]Q1), s1 = d2(r + w2), R2, salt       serverSignAnswer
//   phone             s = d1(s1 + w1) - r, verified                              phoneSignFinish
//
// The commitment fixes the server's nonce before it sees the phone's; the proof keeps the server
// from raising a stranger's point to d2^-1; the phone's check of r and of the whole signature
// keeps a lying server from learning d1. Leave out one of the three and the scheme falls.
import { transcriptHash } from './transcript.ts'
import { checkLength, checkPoint } from './check.ts'
import type { Session } from './key-generation.ts'
import { proofLength, type ProofBinding } from './proof.ts'

/** One digest of a session: e = SM3(Z ‖ M), 32 bytes, and the server's commitment to its nonce. */
export interface SignItem {
  readonly e: Uint8Array
  readonly commitment: Uint8Array
}

/** Q1 = [w1]G, 65 bytes, and the joint proof of w1 and d1^-1, 96 bytes. */
export interface JoinMessage {
  readonly Q1: Uint8Array
  readonly proof: Uint8Array
}

/** One Q1 for each digest, and one proof of all w1 and of d1^-1. */
export interface BatchJoinMessage {
  readonly Q1s: readonly Uint8Array[]
  readonly proof: Uint8Array
}

/** The server's answer. Whoever sees s1 and the finished s can test guesses of d1: never log it. */
export interface SignAnswer {
  readonly r: Uint8Array
  readonly R2: Uint8Array
  readonly salt: Uint8Array
  readonly s1: Uint8Array
}

/** Salt of a commitment in bytes; it hides R2 until the opening. */
export const SALT_LENGTH = 32

/** com of one digest. The session id and context keep it from opening anywhere else. */
export function signCommitment(
  session: Session,
  e: Uint8Array,
  opening: { readonly R2: Uint8Array; readonly salt: Uint8Array },
): Uint8Array {
  checkLength('e', e, 32)
  checkPoint('R2', opening.R2)
  checkLength('salt', opening.salt, SALT_LENGTH)
  const { R2, salt } = opening
  return transcriptHash('sign-commitment', session.sid, session.context, e, R2, salt)
}

/** What the phone's proof is bound to: this session, and every digest and commitment in it. */
export function joinBinding(session: Session, items: readonly SignItem[]): ProofBinding {
  const fields = items.flatMap(({ commitment, e }) => [
    checkLength('commitment', commitment, 32),
    checkLength('e', e, 32),
  ])
  return { tag: 'sign-join', fields: [session.sid, session.context, ...fields] }
}

/** Length of the joint proof over `count` digests: every w1 and d1^-1. */
export const joinProofLength = (count: number): number => proofLength(count + 1)
