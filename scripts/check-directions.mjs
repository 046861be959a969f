// Holds the import directions, and proves first that the rules bite: a planted cycle, a planted upward import and a
// planted signing import must each be reported, because a checker that reads nothing reports nothing.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './prepare.mjs'

const rules = join(root, '.dependency-cruiser.cjs')

const planted = {
  'packages/sm/src/first.ts': `import { second } from './second.ts'\nexport const first = () => second\n`,
  'packages/sm/src/second.ts': `import { first } from './first.ts'\nexport const second = () => first\n`,
  'packages/sm/src/upward.ts': `import { high } from '../../verify/src/high.ts'\nexport const low = high\n`,
  'packages/verify/src/high.ts': `import { sign } from '../../pki/src/write/sign.ts'\nexport const high = sign\n`,
  'packages/pki/src/write/sign.ts': `import { readFileSync } from 'node:fs'\nexport const sign = readFileSync\n`,
  'apps/server/src/platform/base.ts': `import { login } from '../login/inner.ts'\nexport const base = login\n`,
  'apps/server/src/login/inner.ts': `export const login = 1\n`,
  'apps/server/src/issuance/ca/key.ts': `export const key = 1\n`,
  'apps/server/src/roles/ca.ts': `import { key } from '../issuance/ca/key.ts'\nexport const ca = key\n`,
  'apps/server/src/issuance/client.ts': `export const ask = async () => (await import('../roles/ca.ts')).ca\n`,
  'apps/server/src/roles/shortcut.ts': `import { key } from '../issuance/ca/key.ts'\nexport const shortcut = key\n`,
}
const mustBeReported = [
  'no-cycles',
  'package-sm-imports-only-its-own',
  'what-verifies-never-signs',
  'packages-do-no-io',
  'room-platform-imports-only-its-own',
  'rooms-meet-at-their-doors',
  'only-the-ca-role-reaches-the-issuer-key',
  'who-asks-the-ca-carries-none-of-it',
]

const reported = new Set(cruisePlanted().violations.map((violation) => violation.rule.name))
const silent = mustBeReported.filter((rule) => !reported.has(rule))
if (silent.length > 0) fail(`these rules did not report a planted violation: ${silent.join(', ')}`)

const real = cruise(root)
if (real.totalCruised < 50)
  fail(`only ${real.totalCruised} modules were read; the checker is blind`)
for (const { rule, from, to, cycle } of real.violations) {
  const way = cycle?.length ? cycle.map((step) => step.name ?? step).join(' → ') : to
  process.stderr.write(`${rule.name}: ${from} → ${way}\n`)
}
if (real.violations.length > 0) fail(`${real.violations.length} imports go the wrong way`)
process.stdout.write(
  `directions: ${real.totalCruised} modules, no violation; ${mustBeReported.length} planted ones reported\n`,
)

function cruisePlanted() {
  const folder = mkdtempSync(join(tmpdir(), 'yunqian-planted-'))
  try {
    for (const [path, text] of Object.entries(planted)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    return cruise(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function cruise(folder) {
  const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const result = spawnSync(
    process.execPath,
    [tool, '--config', rules, '--output-type', 'json', 'packages', 'apps'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (!result.stdout) fail(`dependency-cruiser said nothing: ${result.stderr}`)
  return JSON.parse(result.stdout).summary
}

function fail(message) {
  process.stderr.write(`directions: ${message}\n`)
  process.exit(1)
}
