import type { ServerSignState } from '@yunqian/sm/two-party'

interface Held {
  readonly state: ServerSignState
  readonly expiresAt: number
}

const maxHeld = 2048

/**
 * The nonces w2 of the sessions this process opened, bounded in number and time. They are nowhere else: after a
 * restart they are gone, and their sessions with them.
 */
export class OpenNonces {
  readonly #held = new Map<string, Held>()
  readonly #joining = new Map<string, Promise<unknown>>()

  /** False when there is no room; asked before a try is charged. */
  hasRoom(now: Date): boolean {
    this.#sweep(now.getTime())
    return this.#held.size < maxHeld
  }

  hold(sid: string, state: ServerSignState, expiresAt: Date): void {
    this.#held.set(sid, { state, expiresAt: expiresAt.getTime() })
  }

  /** Hands a nonce out for good; undefined when it is not (or no longer) here. */
  take(sid: string, now: Date): ServerSignState | undefined {
    this.#sweep(now.getTime())
    const held = this.#held.get(sid)
    this.#held.delete(sid)
    return held?.state
  }

  /** Runs the joins of one session one after the other, so that a repeat finds the stored answer of the first. */
  async inTurn<T>(sid: string, join: () => Promise<T>): Promise<T> {
    const before = this.#joining.get(sid) ?? Promise.resolve()
    const mine = before.then(join, join)
    this.#joining.set(sid, mine)
    try {
      return await mine
    } finally {
      if (this.#joining.get(sid) === mine) this.#joining.delete(sid)
    }
  }

  /** Wipes everything: the process is about to end. */
  clear(): void {
    for (const { state } of this.#held.values()) state.w2.destroy()
    this.#held.clear()
  }

  #sweep(now: number): void {
    for (const [sid, held] of this.#held) {
      if (held.expiresAt > now) continue
      held.state.w2.destroy()
      this.#held.delete(sid)
    }
  }
}
