#!/usr/bin/env node
// The command line's door: runs on any Node from 20 up and on a fresh clone, then hands over to the locked Node.
import { join } from 'node:path'
import { ensureInstalled, ensurePagesBuilt, root } from '../scripts/prepare.mjs'
import { runUnderRuntime } from '../scripts/run-under-runtime.mjs'

const args = process.argv.slice(2)
ensureInstalled()
if (['start', 'clinic', 'offline-page'].includes(args[0])) ensurePagesBuilt()
process.exitCode = await runUnderRuntime([join(root, 'apps', 'cli', 'src', 'main.ts'), ...args])
