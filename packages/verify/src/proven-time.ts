/** When a signature provably existed. Without proof it is judged as if made at the validation time. */
export interface ProvenTime {
  readonly time: Date
  readonly proven: boolean
}
