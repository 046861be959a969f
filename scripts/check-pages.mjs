// Types of the pages: vue-tsc for every folder that holds Vue components, because tsc does not read them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './prepare.mjs'
import { runUnderRuntime } from './run-under-runtime.mjs'

const folders = [
  'packages/design',
  'apps/mobile',
  'apps/clinic/src/web',
  'apps/console',
  'apps/verifier',
]
const vueTsc = join(root, 'node_modules', 'vue-tsc', 'bin', 'vue-tsc.js')
const checked = folders.filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))

if (checked.length === 0) {
  process.stderr.write('pages: no folder with a tsconfig.json was found\n')
  process.exit(1)
}
for (const folder of checked) {
  const code = await runUnderRuntime([vueTsc, '--noEmit', '-p', join(root, folder)], { cwd: root })
  if (code !== 0) process.exit(code)
}
process.stdout.write(`pages: types of ${checked.join(', ')} hold\n`)
