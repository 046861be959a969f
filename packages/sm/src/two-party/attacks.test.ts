// Attacks on the exchange, each carried out as its attacker would, and what stops it. Where an
// attack needs a broken party to succeed, the broken party is played here, to show what the check
// is for.
import { describe, expect, it } from 'vitest'
import { concatBytes, toHex } from '../bytes.ts'
import { engine } from '../curve/engine.ts'
import { sm2VerifyDigest } from '../sm2-signature.ts'
import { phoneKeyFinish, phoneKeyShare, serverKeyCommit, serverKeyOpen } from './key-generation.ts'
import { OneUseNonce } from './one-use-nonce.ts'
import { phoneSignFinish, phoneSignJoin } from './phone-signing.ts'
import { proveLogarithms } from './proof.ts'
import { bent, digestFor, joinSession, makeKey, random, session, sign } from './protocol.fixture.ts'
import { serverSignAnswer, serverSignOpen, type ServerSignState } from './server-signing.ts'
import { joinBinding, signCommitment, type JoinMessage, type SignAnswer } from './sign-session.ts'
import { transcriptHash } from './transcript.ts'

const key = makeKey()
const ZERO = new Uint8Array(32)
const someScalar = () => makeKey().d1

/** A valid encoding of no point: coordinates in range, off the curve. */
const offCurve = (() => {
  const point = Uint8Array.from(key.P1)
  point[64]! ^= 1
  return point
})()
const infinities = [
  new Uint8Array(1),
  new Uint8Array(65),
  concatBytes(Uint8Array.of(4), ZERO, ZERO),
]

/** The server's equations without any of its checks, with a nonce of the attacker's choice. */
function answerWith(w2: Uint8Array, e: Uint8Array, Q1: Uint8Array) {
  const R2 = engine.multiplyBase(w2)
  const R = engine.add(R2, engine.multiply(engine.invertScalar(key.d2), Q1))!
  const r = engine.addScalars(engine.reduce(e), engine.reduce(R.subarray(1, 33)))
  return { r, R2, s1: engine.multiplyScalars(key.d2, engine.addScalars(r, w2)) }
}

/** The state as if it had never answered: what a restored snapshot would bring back. */
function restored({ R2, salt }: ServerSignState, w2: Uint8Array): ServerSignState {
  return { w2: new OneUseNonce(Uint8Array.from(w2)), R2, salt }
}

describe('a lying server', () => {
  it('cannot use another nonce than the committed one after seeing Q1', () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const { server, phone, e } = joinSession(key)
      const { Q1 } = server.message
      const other = answerWith(someScalar(), e, Q1)
      // Honest s for another nonce: the equation of s holds, and without the check of r against
      // the committed R2 a verifying signature would come out.
      const answer = { ...other, R2: server.state.R2, salt: server.state.salt }
      expect(() => phoneSignFinish({ ...phone, answer })).toThrow('two-party.answer-invalid')
    }
  })

  it('cannot open its commitment to another point or salt', () => {
    const other = joinSession(key)
    const foreign = answerWith(someScalar(), other.e, other.server.message.Q1)
    const answer = { ...foreign, salt: other.server.state.salt }
    expect(() => phoneSignFinish({ ...other.phone, answer })).toThrow(
      'two-party.commitment-mismatch',
    )
    const salted = joinSession(key)
    const honest = serverSignAnswer(salted.server)
    const bentSalt = { ...honest, salt: bent(honest.salt) }
    expect(() => phoneSignFinish({ ...salted.phone, answer: bentSalt })).toThrow(
      'two-party.commitment-mismatch',
    )
  })

  it('would learn d1 from the s of a phone that does not verify, and ours releases none', () => {
    const { server, phone } = joinSession(key)
    const w1 = phone.state.w1.take()
    const { r } = serverSignAnswer(server)
    // The phone without checks, given s1 = c of the server's choice twice for one w1.
    const naive = (s1: Uint8Array) =>
      engine.subtractScalars(engine.multiplyScalars(key.d1, engine.addScalars(s1, w1)), r)
    const [c1, c2] = [someScalar(), someScalar()]
    const leaked = engine.multiplyScalars(
      engine.subtractScalars(naive(c1), naive(c2)),
      engine.invertScalar(engine.subtractScalars(c1, c2)),
    )
    expect(toHex(leaked)).toBe(toHex(key.d1))

    const ours = joinSession(key)
    const honest = serverSignAnswer(ours.server)
    const lie: SignAnswer = { ...honest, s1: c1 }
    expect(() => phoneSignFinish({ ...ours.phone, answer: lie })).toThrow(
      'two-party.signature-invalid',
    )
    // The honest answer comes too late: w1 has seen one answer and will see no second.
    expect(() => phoneSignFinish({ ...ours.phone, answer: honest })).toThrow(
      'two-party.nonce-spent',
    )
  })

  it.each<readonly [string, Partial<SignAnswer>]>([
    ['s1 = 0', { s1: ZERO }],
    ['r = 0', { r: ZERO }],
    ['s1 = n', { s1: engine.curve.n }],
    ['r = n', { r: engine.curve.n }],
    ['a short s1', { s1: new Uint8Array(31) }],
    ['R2 off the curve', { R2: offCurve }],
    ...infinities.map((R2) => ['R2 at infinity', { R2 }] as const),
  ])('gets no answer out of the phone by %s', (_, change) => {
    const { server, phone } = joinSession(key)
    const answer = { ...serverSignAnswer(server), ...change }
    expect(() => phoneSignFinish({ ...phone, answer })).toThrow('two-party.invalid-message')
    expect(phone.state.w1.spent).toBe(true)
  })

  it('cannot make the phone sign another digest than the one it computed', () => {
    const shown = digestFor(key, 'aspirin 100 mg')
    const wanted = digestFor(key, 'morphine 100 mg')
    const at = session('swap')
    // The server opens for its own digest; the phone joins with the one it shows.
    const { state, commitment } = serverSignOpen({ ...at, e: wanted, random })
    const phone = phoneSignJoin({ ...at, e: shown, commitment, d1: key.d1, random })
    const { d1, d2, P1, publicKey } = key
    const server = { ...at, commitment, state, d2, P1, message: phone.message }
    expect(() => serverSignAnswer({ ...server, e: wanted })).toThrow('two-party.proof-invalid')
    expect(() => serverSignAnswer({ ...server, e: shown })).toThrow('two-party.commitment-mismatch')
    // And a server that skips its own checks does not get past the phone.
    const w2 = state.w2.take()
    const { Q1 } = phone.message
    const answer = { ...answerWith(w2, wanted, Q1), salt: state.salt }
    const finish = { ...at, e: shown, commitment, state: phone.state, d1, publicKey, answer }
    expect(() => phoneSignFinish(finish)).toThrow('two-party.commitment-mismatch')
  })

  it('cannot present an answer of another session', () => {
    const first = joinSession(key, session('first'))
    const second = joinSession(key, session('second'))
    const answer = serverSignAnswer(first.server)
    expect(() => phoneSignFinish({ ...second.phone, answer })).toThrow(
      'two-party.commitment-mismatch',
    )
  })
})

describe('a nonce used twice', () => {
  it('would give d2 away, so w2 answers once', () => {
    const { server, e } = joinSession(key)
    const snapshot = server.state.w2.take()
    const first = serverSignAnswer({ ...server, state: restored(server.state, snapshot) })
    const again = phoneSignJoin({ ...server, d1: key.d1, random })
    const second = serverSignAnswer({
      ...server,
      state: restored(server.state, snapshot),
      message: again.message,
    })
    // d2 = (s1 - s1')/(r - r'): what restoring a snapshot of a waiting server would cost.
    const leaked = engine.multiplyScalars(
      engine.subtractScalars(first.s1, second.s1),
      engine.invertScalar(engine.subtractScalars(first.r, second.r)),
    )
    expect(toHex(leaked)).toBe(toHex(key.d2))

    const ours = joinSession(key)
    serverSignAnswer(ours.server)
    const other = phoneSignJoin({ ...ours.server, e: ours.e, d1: key.d1, random })
    expect(() => serverSignAnswer({ ...ours.server, message: other.message })).toThrow(
      'two-party.nonce-spent',
    )
    // Not even the same join is answered again: the stored bytes are.
    expect(() => serverSignAnswer(ours.server)).toThrow('two-party.nonce-spent')
    expect(e).toHaveLength(32)
  })

  it('would give d1 away, so w1 finishes once', () => {
    const { server, phone } = joinSession(key)
    const w1 = phone.state.w1.take()
    const state = () => ({ w1: new OneUseNonce(Uint8Array.from(w1)) })
    const w2 = server.state.w2.take()
    const first = serverSignAnswer({ ...server, state: restored(server.state, w2) })
    const s = phoneSignFinish({ ...phone, state: state(), answer: first }).s
    // A second server nonce for the same Q1, as a retry that recomputes would bring.
    const reopened = serverSignOpen({ ...server, random })
    const { commitment } = reopened
    const rebound = {
      Q1: server.message.Q1,
      proof: proveLogarithms(
        joinBinding(server, [{ e: server.e, commitment }]),
        [
          { secret: w1, image: server.message.Q1 },
          { secret: engine.invertScalar(key.d1), image: key.P1 },
        ],
        random,
      ),
    }
    const second = serverSignAnswer({
      ...server,
      commitment,
      state: reopened.state,
      message: rebound,
    })
    const s2 = phoneSignFinish({ ...phone, commitment, state: state(), answer: second }).s
    const leaked = engine.multiplyScalars(
      engine.subtractScalars(engine.addScalars(s, first.r), engine.addScalars(s2, second.r)),
      engine.invertScalar(engine.subtractScalars(first.s1, second.s1)),
    )
    expect(toHex(leaked)).toBe(toHex(key.d1))

    const ours = joinSession(key)
    const answer = serverSignAnswer(ours.server)
    phoneSignFinish({ ...ours.phone, answer })
    expect(() => phoneSignFinish({ ...ours.phone, answer })).toThrow('two-party.nonce-spent')
  })

  it('is refused after the session was given up', () => {
    const { server, phone } = joinSession(key)
    const answer = serverSignAnswer(joinSession(key).server)
    server.state.w2.destroy()
    phone.state.w1.destroy()
    expect(() => serverSignAnswer(server)).toThrow('two-party.nonce-spent')
    expect(() => phoneSignFinish({ ...phone, answer })).toThrow('two-party.nonce-spent')
  })
})

describe('a lying phone', () => {
  const { server, commitment, e } = joinSession(key)
  const attempt = (message: JoinMessage) => () => serverSignAnswer({ ...server, message })

  it('gets no answer without a proof, or with a bent one', () => {
    const { Q1, proof } = server.message
    expect(attempt({ Q1, proof: new Uint8Array(96) })).toThrow('two-party.proof-invalid')
    expect(attempt({ Q1, proof: new Uint8Array(0) })).toThrow('two-party.proof-invalid')
    expect(attempt({ Q1, proof: concatBytes(proof, ZERO) })).toThrow('two-party.proof-invalid')
    for (let byte = 31; byte < 96; byte += 32) {
      const changed = Uint8Array.from(proof)
      changed[byte]! ^= 1
      expect(attempt({ Q1, proof: changed })).toThrow('two-party.proof-invalid')
    }
    // A response raised by n is the same number and another encoding.
    for (const part of [0, 1, 2]) {
      const raised = Uint8Array.from(proof)
      raised.set(engine.curve.n, part * 32)
      expect(attempt({ Q1, proof: raised })).toThrow('two-party.proof-invalid')
    }
  })

  it('gets no [d2^-1]C out of the server for a point C it does not know the logarithm of', () => {
    // With an answer to Q1 = C the server would be a decryption oracle for its share.
    const stranger = makeKey().publicKey
    const { proof } = server.message
    expect(attempt({ Q1: stranger, proof })).toThrow('two-party.proof-invalid')
    // Knowing d1 alone, it can prove P1 but has no witness for Q1 and guesses one.
    const d1Inverse = engine.invertScalar(key.d1)
    const guessed = proveLogarithms(
      joinBinding(server, [server]),
      [
        { secret: someScalar(), image: stranger },
        { secret: d1Inverse, image: key.P1 },
      ],
      random,
    )
    expect(attempt({ Q1: stranger, proof: guessed })).toThrow('two-party.proof-invalid')
  })

  it('gets no answer without d1: a wrong PIN gives another share', () => {
    const wrong = phoneSignJoin({ ...server, d1: someScalar(), random })
    expect(attempt(wrong.message)).toThrow('two-party.proof-invalid')
  })

  it('gets no answer with the proof of another session, digest, commitment, context or key', () => {
    const foreign = [
      phoneSignJoin({ ...server, sid: session('other').sid, d1: key.d1, random }),
      phoneSignJoin({ ...server, e: digestFor(key, 'other'), d1: key.d1, random }),
      phoneSignJoin({ ...server, commitment: bent(commitment), d1: key.d1, random }),
      phoneSignJoin({ ...server, context: new Uint8Array(1), d1: key.d1, random }),
    ]
    for (const { message } of foreign) {
      expect(attempt(message)).toThrow('two-party.proof-invalid')
    }
    const otherKey = makeKey()
    const { Q1 } = server.message
    const notMine = proveLogarithms(
      joinBinding(server, [{ e, commitment }]),
      [
        { secret: someScalar(), image: Q1 },
        { secret: engine.invertScalar(otherKey.d1), image: otherKey.P1 },
      ],
      random,
    )
    expect(attempt({ Q1, proof: notMine })).toThrow('two-party.proof-invalid')
  })

  it('cannot replay a join under another sid or context', () => {
    expect(() => serverSignAnswer({ ...server, sid: session('replay').sid })).toThrow(
      'two-party.commitment-mismatch',
    )
    expect(() => serverSignAnswer({ ...server, context: new Uint8Array(0) })).toThrow(
      'two-party.commitment-mismatch',
    )
    const other = joinSession(key, session('elsewhere'))
    expect(() => serverSignAnswer({ ...other.server, message: server.message })).toThrow(
      'two-party.proof-invalid',
    )
  })

  it.each<readonly [string, Uint8Array]>([
    ['off the curve', offCurve],
    ['compressed', concatBytes(Uint8Array.of(2), key.P1.subarray(1, 33))],
    ['with a coordinate of p', concatBytes(Uint8Array.of(4), engine.curve.p, key.P1.subarray(33))],
    ...infinities.map((point) => ['at infinity', point] as const),
  ])('gets no answer to a point %s', (_, Q1) => {
    expect(attempt({ Q1, proof: server.message.proof })).toThrow('two-party.invalid-message')
  })

  it('has cost the server nothing by all of that: the honest join is still answered', () => {
    expect(server.state.w2.spent).toBe(false)
    expect(serverSignAnswer(server).s1).toHaveLength(32)
  })
})

describe('key generation under attack', () => {
  const at = session('keygen')
  const honest = () => {
    const { state, commitment } = serverKeyCommit({ ...at, random })
    const phone = phoneKeyShare({ ...at, random })
    const { opening } = serverKeyOpen({ ...at, state, message: phone.message })
    return { state, commitment, phone, opening }
  }

  it('stops a server that opens to a point chosen after seeing P1', () => {
    const { commitment, phone } = honest()
    const second = serverKeyCommit({ ...at, random }).state
    const opening = { P2: second.P2, proof: second.proof, salt: second.salt }
    expect(() => phoneKeyFinish({ ...at, state: phone.state, commitment, opening })).toThrow(
      'two-party.commitment-mismatch',
    )
  })

  it('stops a party that answers with a point it knows no share of', () => {
    const { state, phone } = honest()
    const P1 = engine.add(phone.message.P1, key.P1)!
    const rogue = { P1, proof: phone.message.proof }
    expect(() => serverKeyOpen({ ...at, state, message: rogue })).toThrow('two-party.proof-invalid')
    // The server's proof sent back as the phone's: the roles have different tags.
    const mirrored = { P1: state.P2, proof: state.proof }
    expect(() => serverKeyOpen({ ...at, state, message: mirrored })).toThrow(
      'two-party.proof-invalid',
    )
  })

  it('stops shares of another session or person', () => {
    const { state, commitment, phone, opening } = honest()
    const elsewhere = session('elsewhere')
    expect(() => serverKeyOpen({ ...elsewhere, state, message: phone.message })).toThrow(
      'two-party.proof-invalid',
    )
    expect(() => phoneKeyFinish({ ...elsewhere, state: phone.state, commitment, opening })).toThrow(
      'two-party.commitment-mismatch',
    )
    const context = new Uint8Array(1)
    expect(() => serverKeyOpen({ ...at, context, state, message: phone.message })).toThrow(
      'two-party.proof-invalid',
    )
  })

  it('stops points off the curve and at infinity on both sides', () => {
    const { state, phone, opening } = honest()
    for (const point of [offCurve, ...infinities]) {
      const message = { ...phone.message, P1: point }
      expect(() => serverKeyOpen({ ...at, state, message })).toThrow('two-party.invalid-message')
      // A dishonest server commits to the bad point properly; the point itself must be refused.
      const { proof, salt } = opening
      const own = transcriptHash('key-commitment', at.sid, at.context, point, proof, salt)
      const finish = {
        ...at,
        state: phone.state,
        commitment: own,
        opening: { P2: point, proof, salt },
      }
      expect(() => phoneKeyFinish(finish)).toThrow('two-party.invalid-message')
    }
  })

  it('refuses the pair of shares whose private key would be zero', () => {
    const { state, phone } = honest()
    // d1·d2 = 1 makes P = G - G; a phone cannot aim at it without knowing d2.
    const d2 = engine.invertScalar(phone.state.d1)
    expect(() => serverKeyOpen({ ...at, state: { ...state, d2 }, message: phone.message })).toThrow(
      'two-party.degenerate',
    )
  })
})

describe('what the other side does not see', () => {
  it('hides R2 behind the salt until the opening', () => {
    const { server } = joinSession(key)
    const { R2 } = server.state
    const guess = signCommitment(server, server.e, { R2, salt: new Uint8Array(32) })
    expect(toHex(guess)).not.toBe(toHex(server.commitment))
  })

  it('makes another signature every time for the same digest', () => {
    const [a, b] = [sign(key), sign(key)]
    const e = digestFor(key, 'a prescription')
    expect(toHex(a.r)).not.toBe(toHex(b.r))
    expect(sm2VerifyDigest(key.publicKey, e, a) && sm2VerifyDigest(key.publicKey, e, b)).toBe(true)
  })
})
