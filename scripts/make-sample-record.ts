// Writes the example record bundled with the command line, with the clinic's own generator.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeOutpatientRecord } from '../apps/clinic/src/pdf/outpatient-record.ts'
import { sampleRecord } from '../apps/clinic/src/pdf/sample-record.ts'
import { root } from './prepare.mjs'

const folder = join(root, 'apps', 'cli', 'assets')
const { bytes } = await makeOutpatientRecord(sampleRecord)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'outpatient-record.pdf'), bytes)
process.stdout.write(`outpatient-record.pdf: ${bytes.length} bytes\n`)
