import type { Tx } from '../platform/index.ts'

interface Done {
  readonly tenantId: string
  readonly staffId: string
  readonly at: Date
}

/** What a change of people and centres ends in other rooms, in the transaction that makes it. */
export interface Consequences {
  /** Applications under way end; with another name the certificate is revoked. */
  personChanged(
    tx: Tx,
    changed: Done & { readonly personId: string; readonly renamed: boolean },
  ): Promise<void>
  /**
   * Tasks and applications at the centre end; so does the certificate when it names that centre, or when the person works
   * nowhere any more.
   */
  memberLeft(
    tx: Tx,
    left: Done & {
      readonly personId: string
      readonly centreId: string
      readonly worksElsewhere: boolean
      readonly reason: string
    },
  ): Promise<void>
  /** Tasks and applications at the centre end; certificates stay, for the centre may open again. */
  centreClosed(tx: Tx, closed: Done & { readonly centreId: string }): Promise<void>
  /** Tasks a closing would cancel, by centre. */
  countOpenTasks(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, number>>
}
