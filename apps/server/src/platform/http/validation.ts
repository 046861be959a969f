import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { TSchema } from '@yunqian/api'
import { HttpProblem } from './problem.ts'

/** Checks one part of a request; throws `platform.request-invalid` naming places, never values. */
export type Check = (value: unknown) => unknown

/** A check of a JSON body: nothing is converted, nothing unknown is let through. */
export function bodyCheck(schema: TSchema): Check {
  const compiled = Compile(schema)
  return (value) => {
    if (!compiled.Check(value)) throw invalid('body', compiled.Errors(value))
    return value
  }
}

/** A check of path parameters or query: text becomes numbers and booleans where the schema asks for them. */
export function textCheck(part: 'params' | 'query', schema: TSchema): Check {
  const compiled = Compile(schema)
  return (value) => {
    const converted = Value.Convert(schema, { ...(value as object) })
    if (!compiled.Check(converted)) throw invalid(part, compiled.Errors(converted))
    return converted
  }
}

/** Whether our own answer is what we promise. */
export function replyCheck(schema: TSchema): (value: unknown) => string | undefined {
  const compiled = Compile(schema)
  return (value) =>
    compiled.Check(value) ? undefined : JSON.stringify(places(compiled.Errors(value)))
}

interface SchemaError {
  readonly instancePath: string
  readonly message: string
  readonly params?: unknown
}

function invalid(part: string, errors: Iterable<SchemaError>): HttpProblem {
  return new HttpProblem('platform.request-invalid', { part, errors: places(errors) })
}

function places(errors: Iterable<SchemaError>): { path: string; message: string }[] {
  return [...errors]
    .slice(0, 10)
    .map(({ instancePath, message }) => ({ path: instancePath, message }))
}
