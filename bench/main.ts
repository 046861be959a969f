// npm run bench [-- suite …] [--rounds=5] [--slice-ms=300]
//
// To add a suite: a file beside this one that exports a `suite` (see rounds.ts), and its line here.
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measure, type Suite } from './rounds.ts'
import { renderComparison } from './table.ts'

const suites: Record<string, () => Promise<{ suite: Suite }>> = {
  sm2: () => import('./sm2.ts'),
  signing: () => import('./signing.ts'),
  verification: () => import('./verification.ts'),
  loop: () => import('./loop.ts'),
  start: () => import('./start.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    'slice-ms': { type: 'string', default: '300' },
  },
})
const unknown = positionals.filter((name) => !(name in suites))
const rounds = Number(values.rounds)
const sliceMs = Number(values['slice-ms'])
if (unknown.length > 0 || !(rounds >= 1) || !(sliceMs >= 1)) {
  process.stderr.write(
    `usage: npm run bench [-- ${Object.keys(suites).join(' | ')}] [--rounds=5]\n`,
  )
  process.exit(64)
}

process.stdout.write(
  `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? 'unknown CPU'}, ` +
    `${availableParallelism()} threads; ${rounds} interleaved rounds of ${sliceMs} ms\n\n`,
)
for (const [name, load] of Object.entries(suites)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const { suite } = await load()
  if ('report' in suite) {
    process.stdout.write(`${await suite.report()}\n`)
    continue
  }
  try {
    for (const comparison of await suite.open()) {
      const results = await measure(comparison, { rounds, sliceMs })
      process.stdout.write(`${renderComparison(comparison, results)}\n`)
    }
  } finally {
    await suite.close?.()
  }
}
