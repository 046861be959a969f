// Fair comparison on a machine shared with others: every contender runs in every round, the order
// turns by one each round, and the middle of the rounds counts. What slows the machine down for a
// while then slows all of them, and ratios stay comparable where absolute numbers do not.

/** One way of doing the work of a comparison. */
export interface Contender<Input = unknown> {
  readonly name: string
  /** Makes the input of one run, outside the measured time. */
  readonly prepare?: () => Input
  /** Does the work once; must check its own result where a wrong one would be faster. */
  readonly run: (input: Input) => void | Promise<void>
  /** How many pieces of work one run is; 1 if not said. */
  readonly counts?: number
}

/** Contenders doing the same work; the first is ours, and it is divided by each of the others. */
export interface Comparison {
  readonly title: string
  /** True where the rows are parts of our own work, which have no ratio to each other. */
  readonly partsOnly?: boolean
  /** What is the same for all, and what is not. */
  readonly note: string
  // oxlint-disable-next-line typescript/no-explicit-any -- each contender has its own input type
  readonly contenders: readonly Contender<any>[]
}

/** A file of comparisons, where `open` may start servers and `close` stops them, or of figures that are no rates. */
export type Suite = { readonly name: string } & (
  | {
      readonly open: () => Comparison[] | Promise<Comparison[]>
      readonly close?: () => void | Promise<void> | undefined
    }
  | { readonly report: () => Promise<string> }
)

export interface RoundOptions {
  readonly rounds: number
  readonly sliceMs: number
}

export interface Measured {
  readonly name: string
  /** Runs per second in the middle round, and in the slowest and fastest. */
  readonly perSecond: number
  readonly lowest: number
  readonly highest: number
}

/** Runs all rounds of one comparison after one unmeasured round that warms the JIT. */
export async function measure(
  comparison: Comparison,
  { rounds, sliceMs }: RoundOptions,
): Promise<Measured[]> {
  const { contenders } = comparison
  const rates = contenders.map((): number[] => [])
  for (const contender of contenders) await slice(contender, sliceMs)
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length
      rates[index]!.push(await slice(contenders[index]!, sliceMs))
    }
  }
  return contenders.map(({ name }, i) => {
    const sorted = rates[i]!.toSorted((a, b) => a - b)
    const perSecond = sorted[Math.floor(sorted.length / 2)]!
    return { name, perSecond, lowest: sorted[0]!, highest: sorted.at(-1)! }
  })
}

/** Runs for about `sliceMs` of measured time and returns runs per second. */
async function slice(contender: Contender, sliceMs: number): Promise<number> {
  let measured = 0
  let runs = 0
  let batch = 1
  while (measured < sliceMs) {
    const inputs = Array.from({ length: batch }, () => contender.prepare?.())
    const start = performance.now()
    for (const input of inputs) {
      const pending = contender.run(input)
      if (pending) await pending
    }
    measured += performance.now() - start
    runs += batch * (contender.counts ?? 1)
    batch = Math.min(batch * 2, 64)
  }
  return (runs * 1000) / measured
}
