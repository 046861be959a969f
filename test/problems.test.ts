import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import {
  consoleEndpoints,
  integratorEndpoints,
  phoneEndpoints,
  problems,
  type Endpoint,
} from '@yunqian/api'
import { errorsPage } from '../scripts/print-errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = (folder: string): { path: string; text: string }[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(join(root, folder, path), 'utf8') }))
const quoted = (text: string): string[] =>
  [...text.matchAll(/'([a-z]+\.[a-z]+(?:-[a-z]+)*)'/g)].map((match) => match[1] as string)
const table = Object.keys(problems)
// Stop a process rather than answer anybody: a caller gets platform.internal.
const fatal = ['evidence.log-damaged']
const server = sources('apps/server/src')

it('the page of refusals is what the table prints', () => {
  expect(readFileSync(join(root, 'docs/integration/errors.md'), 'utf8')).toBe(errorsPage())
})

it('every refusal in the table is uttered by the server', () => {
  const uttered = new Set(
    [...server, ...sources('packages/documents/src')].flatMap(({ text }) => quoted(text)),
  )
  expect(
    table.filter((code) => !uttered.has(code) && !uttered.has(code.replace(/^documents\./, ''))),
  ).toEqual([])
})

it('every code a business room may throw is in the table', () => {
  const unions = server.filter(
    ({ path }) => path.endsWith('errors.ts') && !path.startsWith('platform'),
  )
  expect(unions.length).toBeGreaterThan(5)
  for (const { path, text } of unions)
    expect({
      path,
      codes: quoted(text).filter((code) => ![...table, ...fatal].includes(code)),
    }).toEqual({
      path,
      codes: [],
    })
})

it('every operation names only refusals of the table, and both languages say something', () => {
  const endpoints: Endpoint[] = [consoleEndpoints, integratorEndpoints, phoneEndpoints].flatMap(
    (some) => Object.values(some),
  )
  for (const { operationId, problems: codes = [] } of endpoints)
    expect({ operationId, codes: codes.filter((code) => !table.includes(code)) }).toEqual({
      operationId,
      codes: [],
    })
  for (const [code, { zh, en, status }] of Object.entries(problems)) {
    expect(zh, code).toMatch(/[\u4e00-\u9fff].*。$/)
    expect(en, code).toMatch(/\.$/)
    expect(status, code).toBeGreaterThanOrEqual(400)
  }
})
