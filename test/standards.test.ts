import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { standardsPage } from '../scripts/print-standards.ts'

it('the page of standards is what the code cites', () => {
  const page = readFileSync(new URL('../docs/standards.md', import.meta.url), 'utf8')
  expect(page).toBe(standardsPage())
})
