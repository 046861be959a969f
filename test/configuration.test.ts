import { readFileSync } from 'node:fs'
import { configSettings } from '@yunqian/server'
import { expect, it } from 'vitest'
import { configurationPage } from '../scripts/print-configuration.ts'

it('the page of settings is what the schema says, and every setting is explained and reachable', () => {
  const page = readFileSync(new URL('../docs/operations/configuration.md', import.meta.url), 'utf8')
  expect(page).toBe(configurationPage())
  for (const { name, variable, description } of configSettings()) {
    expect(variable, name).toMatch(/^[A-Z_]+$/)
    expect(description, name).toMatch(/[\u4e00-\u9fff].* [A-Z].*\.$/)
  }
})
