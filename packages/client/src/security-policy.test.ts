import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { knownAnswers } from './self-test.ts'
import { SoftwareModule } from './software-module.ts'
import type { ModuleState } from './crypto-module.ts'

const policy = readFileSync(join(import.meta.dirname, '../../../docs/security-policy.md'), 'utf8')

/** First column of the table under a heading. */
function listed(heading: string): string[] {
  const section = policy.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!)
}

it('lists the services, states and self-tests that exist, and no others', () => {
  const states: Record<ModuleState, true> = { untested: true, ready: true, failed: true }
  const members = Object.getOwnPropertyDescriptors(SoftwareModule.prototype)
  const services = Object.keys(members).filter(
    (name) => name !== 'constructor' && typeof members[name]!.value === 'function',
  )
  expect(listed('Interfaces').sort()).toEqual(services.sort())
  expect(listed('States').sort()).toEqual(Object.keys(states).sort())
  expect(listed('Self-tests')).toEqual(knownAnswers.map(({ name }) => name))
})
