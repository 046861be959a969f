// Every message of the protocol as bytes of one fixed length, fields in the order of their types.
// There is no version, tag or optional field: the transcript's name is the version, and which
// message a field carries is the API's to say. Decoding checks lengths, points and ranges, so a
// decoded message is safe to compute with, though not yet to believe.
import { concatBytes } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { isLess } from '../scalar-range.ts'
import { checkLength, checkPoint, checkScalar } from './check.ts'
import { TwoPartyError } from './errors.ts'
import type { KeyOpening, KeyShareMessage } from './key-generation.ts'
import { proofLength } from './proof.ts'
import {
  SALT_LENGTH,
  joinProofLength,
  type BatchJoinMessage,
  type JoinMessage,
  type SignAnswer,
} from './sign-session.ts'

const POINT = 65
const SCALAR = 32
const SHARE_PROOF = proofLength(1)
const JOIN_PROOF = joinProofLength(1)

/** P1 ‖ proof: 129 bytes. */
export function encodeKeyShareMessage({ P1, proof }: KeyShareMessage): Uint8Array {
  return concatBytes(checkPoint('P1', P1), checkProof(proof, SHARE_PROOF))
}

/** Throws TwoPartyError `two-party.invalid-message`, as every decoder here. */
export function decodeKeyShareMessage(bytes: Uint8Array): KeyShareMessage {
  const [P1, proof] = split('key share', bytes, [POINT, SHARE_PROOF])
  return { P1: checkPoint('P1', P1!), proof: checkProof(proof!, SHARE_PROOF) }
}

/** P2 ‖ proof ‖ salt: 161 bytes. */
export function encodeKeyOpening({ P2, proof, salt }: KeyOpening): Uint8Array {
  checkLength('salt', salt, SALT_LENGTH)
  return concatBytes(checkPoint('P2', P2), checkProof(proof, SHARE_PROOF), salt)
}

export function decodeKeyOpening(bytes: Uint8Array): KeyOpening {
  const [P2, proof, salt] = split('key opening', bytes, [POINT, SHARE_PROOF, SALT_LENGTH])
  return { P2: checkPoint('P2', P2!), proof: checkProof(proof!, SHARE_PROOF), salt: salt! }
}

/** Q1 ‖ proof: 161 bytes. */
export function encodeJoinMessage({ Q1, proof }: JoinMessage): Uint8Array {
  return concatBytes(checkPoint('Q1', Q1), checkProof(proof, JOIN_PROOF))
}

export function decodeJoinMessage(bytes: Uint8Array): JoinMessage {
  const [Q1, proof] = split('join', bytes, [POINT, JOIN_PROOF])
  return { Q1: checkPoint('Q1', Q1!), proof: checkProof(proof!, JOIN_PROOF) }
}

/** Every Q1 ‖ one proof: 97·count + 64 bytes. */
export function encodeBatchJoinMessage({ Q1s, proof }: BatchJoinMessage): Uint8Array {
  const points = Q1s.map((Q1) => checkPoint('Q1', Q1))
  return concatBytes(...points, checkProof(proof, joinProofLength(Q1s.length)))
}

/** `count` is the receiver's own number of open digests, never taken from the message. */
export function decodeBatchJoinMessage(bytes: Uint8Array, count: number): BatchJoinMessage {
  const lengths = [...Array.from({ length: count }, () => POINT), joinProofLength(count)]
  const parts = split('batch join', bytes, lengths)
  return {
    Q1s: parts.slice(0, count).map((Q1) => checkPoint('Q1', Q1)),
    proof: checkProof(parts[count]!, joinProofLength(count)),
  }
}

/** r ‖ R2 ‖ salt ‖ s1: 161 bytes. */
export function encodeSignAnswer({ r, R2, salt, s1 }: SignAnswer): Uint8Array {
  checkLength('salt', salt, SALT_LENGTH)
  return concatBytes(checkScalar('r', r), checkPoint('R2', R2), salt, checkScalar('s1', s1))
}

export function decodeSignAnswer(bytes: Uint8Array): SignAnswer {
  const [r, R2, salt, s1] = split('answer', bytes, [SCALAR, POINT, SALT_LENGTH, SCALAR])
  return {
    r: checkScalar('r', r!),
    R2: checkPoint('R2', R2!),
    salt: salt!,
    s1: checkScalar('s1', s1!),
  }
}

/** A proof is scalars below n throughout, so that each proof has one encoding. */
function checkProof(proof: Uint8Array, length: number): Uint8Array {
  checkLength('proof', proof, length)
  for (let at = 0; at < length; at += SCALAR) {
    if (!isLess(proof.subarray(at, at + SCALAR), engine.curve.n)) {
      throw new TwoPartyError('two-party.invalid-message', { what: 'proof' })
    }
  }
  return proof
}

function split(what: string, bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0)
  checkLength(what, bytes, total)
  let offset = 0
  return lengths.map((length) => {
    const part = bytes.slice(offset, offset + length)
    offset += length
    return part
  })
}
