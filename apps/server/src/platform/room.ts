import type { Blobs } from './blobs.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import type { Authenticators, HttpApp } from './http/index.ts'
import type { JobHandler } from './jobs.ts'
import type { Log } from './log.ts'
import type { Sealer } from './sealing.ts'
import type { Signals } from './signals/index.ts'

/** What every room is built from. */
export interface Platform {
  readonly config: Config
  readonly db: Database
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly sealer: Sealer
  readonly blobs: Blobs
  readonly signals: Signals
  readonly log: Log
}

/** One room of the server as `startServer` plugs it in; every part but the name is optional. */
export interface Room {
  readonly name: string
  readonly authenticators?: Authenticators
  /** Mounts the operations on the public port. */
  routes?(app: HttpApp): void | Promise<void>
  /** Work that commits left to be done. */
  readonly jobs?: readonly JobHandler[]
  /** Work by the clock, such as sequencing or publication; runs one at a time, first at start. */
  readonly periodic?: readonly {
    readonly name: string
    readonly everyMs: number
    run(): Promise<void>
  }[]
  /** Finishes or abandons what a death interrupted; before the port opens. */
  recover?(): Promise<void>
  close?(): Promise<void>
}
