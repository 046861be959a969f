import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { printSchema } from '../scripts/print-schema.ts'
import { createTestDatabase } from './database.ts'

// Printed on the packaged PostgreSQL; other versions word the same expressions a little differently.
it.skipIf(process.env['YUNQIAN_TEST_POSTGRES'])(
  'schema.sql is what the migrations amount to',
  async () => {
    const test = await createTestDatabase()
    try {
      const printed = await test.owner.tx('no-tenant', printSchema)
      const kept = readFileSync(new URL('../apps/server/schema.sql', import.meta.url), 'utf8')
      expect(kept, 'run: node scripts/print-schema.ts').toBe(printed)
    } finally {
      await test.drop()
    }
  },
)
