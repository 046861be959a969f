import { type Static, type TSchema, Type } from 'typebox'

/** UUID in lower-case canonical form. */
export const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
})

/** Moment in UTC with milliseconds, ISO 8601: 2026-11-24T08:00:00.000Z. */
export const Timestamp = Type.String({ format: 'date-time', maxLength: 40 })

const c = '[A-Za-z0-9+/]'
// Four times the class, not {4}: with a counted group V8 keeps a step for every group and fails at some megabytes.
const base64 = `^(?:${c}${c}${c}${c})*(?:${c}${c}==|${c}${c}${c}=)?$`

/** Standard base64 with padding; `maxBytes` bounds the decoded length. */
export const Base64 = (maxBytes: number) =>
  Type.String({
    pattern: base64,
    maxLength: Math.ceil(maxBytes / 3) * 4,
  })

export const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` })

/** Text a person typed: bounded, at least one character that is not a space, no control characters. */
export const Text = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^(?=[\\s\\S]*\\S)[^\\u0000-\\u0008\\u000b-\\u001f\\u007f]*$',
  })

export const Words = <const Values extends readonly string[]>(values: Values) =>
  Type.Unsafe<Values[number]>({ type: 'string', enum: [...values] })

/** Objects refuse unknown members, so that a misspelt field is an error and not a silent default. */
export const Closed = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

/** What a doctor types or scans to say which centre: unique across the platform. */
export const CentreCode = Type.String({ pattern: '^[A-Z0-9-]{2,20}$' })

/** Seconds a long poll may hold the request open. */
export const Wait = Type.Optional(Type.Integer({ minimum: 0, maximum: 25 }))

export type { Static, TSchema }
