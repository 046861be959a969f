import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { consoleEndpoints, integratorEndpoints, phoneEndpoints, problems } from '@yunqian/api'
import { openApiDocument } from './openapi.ts'
import { referencePage } from './reference-page.ts'

const endpoints = [integratorEndpoints, phoneEndpoints, consoleEndpoints].flatMap((table) =>
  Object.values(table),
)
const about = { serverUrl: 'https://sign.example', version: '1.0.0' }

type Described = {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; responses: object }>>>
  >
}
const described = JSON.parse(JSON.stringify(openApiDocument(endpoints, about))) as Described

describe('the OpenAPI document', () => {
  it('is one, by the specification’s own schema', async () => {
    const validator = new Validator()
    expect(await validator.validate(described)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('is not found valid when it is not', async () => {
    const broken = { ...described, paths: { '/x': { get: { responses: { ok: 1 } } } } }
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  it('names every operation once, with the refusals it may give', () => {
    const operations = Object.values(described.paths).flatMap((path) => Object.values(path))
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      endpoints.map(({ operationId }) => operationId).sort(),
    )
    for (const endpoint of endpoints) {
      const operation = operations.find((one) => one.operationId === endpoint.operationId)
      const told = JSON.stringify(operation?.responses)
      for (const code of endpoint.problems ?? []) expect(told).toContain(`\`${code}\``)
      if (endpoint.principal !== 'public') expect(told).toContain('`platform.unauthenticated`')
    }
    expect(Object.keys(problems).length).toBeGreaterThan(50)
  })
})

it('the page for people names every operation, field and refusal, and loads nothing', () => {
  const page = referencePage(endpoints, about.serverUrl)
  for (const { operationId, path, summary, problems: codes = [] } of endpoints)
    for (const told of [`id="${operationId}"`, path, summary.zh, ...codes])
      expect(page).toContain(told)
  expect(page).toContain('signer.hisUserId')
  expect(page).not.toMatch(/<(script|link|img)|https?:\/\/(?!sign\.example)/)
})
