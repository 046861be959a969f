// SM2 beside the packages a JavaScript programmer would otherwise take, and Node's own OpenSSL.
// Everything signs and verifies e = SM3(Z ‖ M) with the default identity.
import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto'
import {
  concatBytes,
  decodeSm2Signature,
  encodeSm2Signature,
  fromHex,
  generateSm2KeyPair,
  sm2MessageDigest,
  sm2Sign,
  sm2Verify,
  sm2Z,
  toHex,
} from '@yunqian/sm'
import {
  phoneKeyFinish,
  phoneKeyShare,
  phoneSignFinish,
  phoneSignJoin,
  serverKeyCommit,
  serverKeyOpen,
  serverSignAnswer,
  serverSignOpen,
} from '@yunqian/sm/two-party'
import smCrypto from 'sm-crypto'
import { sm2 as smCryptoV2 } from 'sm-crypto-v2'
import type { Comparison, Suite } from './rounds.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const message = random(200)

export const suite: Suite = {
  name: 'sm2',
  open: () => [signing(), verifying(), cooperating()],
}

const key = generateSm2KeyPair(random)
const privateHex = toHex(key.privateKey)
const publicHex = toHex(key.publicKey)
const z = sm2Z(key.publicKey)
const spki = concatBytes(
  fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200'),
  key.publicKey,
)
const pkcs8 = concatBytes(
  fromHex('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420'),
  key.privateKey,
  fromHex('a144034200'),
  key.publicKey,
)
const nodePrivate = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
const nodePublic = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })

function signing(): Comparison {
  const { publicKey, privateKey } = key
  const options = { der: true, hash: true, publicKey: publicHex }
  return {
    title: 'SM2 sign',
    note: '200-byte message, DER out, public key given; Node gets Z ready-made',
    contenders: [
      {
        name: '@yunqian/sm',
        run: () => void encodeSm2Signature(sm2Sign(privateKey, message, { random, publicKey })),
      },
      { name: 'Node OpenSSL', run: () => void nodeSign() },
      {
        name: 'sm-crypto-v2',
        run: () => void smCryptoV2.doSignature(message, privateHex, options),
      },
      {
        name: 'sm-crypto',
        run: () => void smCrypto.sm2.doSignature(message, privateHex, options),
      },
    ],
  }
}

const nodeSign = () => createSign('sm3').update(z).update(message).sign(nodePrivate)

function verifying(): Comparison {
  const { publicKey, privateKey } = key
  const der = encodeSm2Signature(sm2Sign(privateKey, message, { random, publicKey }))
  const hex = toHex(der)
  const options = { der: true, hash: true }
  return {
    title: 'SM2 verify',
    note: '200-byte message, DER in; Node gets Z ready-made',
    contenders: [
      {
        name: '@yunqian/sm',
        run: () => must(sm2Verify(publicKey, message, decodeSm2Signature(der))),
      },
      {
        name: 'Node OpenSSL',
        run: () => must(createVerify('sm3').update(z).update(message).verify(nodePublic, der)),
      },
      {
        name: 'sm-crypto-v2',
        run: () => must(smCryptoV2.doVerifySignature(message, hex, publicHex, options)),
      },
      {
        name: 'sm-crypto',
        run: () => must(smCrypto.sm2.doVerifySignature(message, hex, publicHex, options)),
      },
    ],
  }
}

function cooperating(): Comparison {
  const session = { sid: random(16), context: random(64) }
  const shares = makeShares(session)
  const e = sm2MessageDigest(shares.publicKey, message)
  const open = () => {
    const { state, commitment } = serverSignOpen({ ...session, e, random })
    return { ...session, e, commitment, state }
  }
  const join = () => {
    const opened = open()
    const { d1 } = shares
    return {
      opened,
      phone: phoneSignJoin({ ...session, e, commitment: opened.commitment, d1, random }),
    }
  }
  const answer = ({ opened, phone }: ReturnType<typeof join>) =>
    serverSignAnswer({ ...opened, d2: shares.d2, P1: shares.P1, message: phone.message })
  const { d1, publicKey } = shares
  return {
    title: 'SM2 cooperative signature',
    partsOnly: true,
    note: 'computation alone: no network, no store; no other package offers one to compare with',
    contenders: [
      {
        name: 'whole exchange, both sides',
        run: () => {
          const joined = join()
          const { opened, phone } = joined
          const { commitment } = opened
          const state = phone.state
          phoneSignFinish({
            ...session,
            e,
            commitment,
            state,
            d1,
            publicKey,
            answer: answer(joined),
          })
        },
      },
      { name: "server's open", run: () => void open() },
      {
        name: "server's answer",
        prepare: join,
        run: (joined: ReturnType<typeof join>) => void answer(joined),
      },
    ],
  }
}

function makeShares(session: { readonly sid: Uint8Array; readonly context: Uint8Array }) {
  const { state, commitment } = serverKeyCommit({ ...session, random })
  const phone = phoneKeyShare({ ...session, random })
  const opened = serverKeyOpen({ ...session, state, message: phone.message })
  const { opening } = opened
  const finished = phoneKeyFinish({ ...session, state: phone.state, commitment, opening })
  return { d1: finished.d1, d2: state.d2, P1: opened.P1, publicKey: finished.publicKey }
}

function must(verified: boolean): void {
  if (!verified) throw new Error('a good signature was refused')
}
