// Every opening, join and answer that the platform made, also those that reached nobody: what shows that no one-time
// number of either side ever served twice.
import { decodeJoinMessage, decodeSignAnswer } from '@yunqian/sm/two-party'
import { expect } from 'vitest'
import type { Exchange } from './request-proxy.ts'

interface Session {
  readonly commitments: Set<string>
  readonly joins: Set<string>
  readonly answers: Set<string>
}

export interface NonceLedger {
  see(exchange: Exchange): void
  /** Sessions that were answered. */
  answered(): number
  /** One commitment, one join and one answer for a session, and no nonce in two of them. */
  check(): void
}

export function nonceLedger(): NonceLedger {
  const sessions = new Map<string, Session>()
  const session = (sid: string): Session => {
    const found = sessions.get(sid) ?? {
      commitments: new Set(),
      joins: new Set(),
      answers: new Set(),
    }
    sessions.set(sid, found)
    return found
  }
  const answered = (): Session[] => [...sessions.values()].filter((one) => one.answers.size > 0)
  return {
    see: ({ method, path, body, status, answer }) => {
      if (method !== 'POST' || !path.startsWith('/v1/phone/signing-sessions')) return
      const joined = /signing-sessions\/([^/]+)\/join$/.exec(path)?.[1]
      const said = body.length > 0 ? JSON.parse(body.toString()) : {}
      // What the phone sent counts whatever became of it.
      if (joined) session(joined).joins.add(said.message)
      if (status >= 300) return
      const given = JSON.parse(answer.toString())
      if (joined) session(joined).answers.add(given.answer)
      else if (path.endsWith('/signing-sessions'))
        session(given.sid).commitments.add(given.commitment)
    },
    answered: () => answered().length,
    check: () => {
      const drawn: Record<'commitment' | 'Q1' | 'R2' | 'r' | 's1', string[]> = {
        commitment: [],
        Q1: [],
        R2: [],
        r: [],
        s1: [],
      }
      for (const [sid, { commitments, joins, answers }] of sessions) {
        expect(commitments.size, `commitments of ${sid}`).toBeLessThanOrEqual(1)
        expect(joins.size, `joins of ${sid}`).toBeLessThanOrEqual(1)
        expect(answers.size, `answers of ${sid}`).toBeLessThanOrEqual(1)
        drawn.commitment.push(...commitments)
        for (const join of joins) drawn.Q1.push(hex(decodeJoinMessage(bytes(join)).Q1))
        for (const answer of answers) {
          const { R2, r, s1 } = decodeSignAnswer(bytes(answer))
          drawn.R2.push(hex(R2))
          drawn.r.push(hex(r))
          drawn.s1.push(hex(s1))
        }
      }
      for (const [what, values] of Object.entries(drawn))
        expect(new Set(values).size, `${what} in two sessions`).toBe(values.length)
    },
  }
}

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
