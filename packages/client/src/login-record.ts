/** What a person confirms when they log in to a system: the very bytes that are signed, read strictly. */
export interface LoginRecord {
  readonly application: { readonly name: string }
  readonly centre: { readonly name: string }
  readonly person: { readonly id: string }
  readonly workstation: string
  readonly matchCode: string
  /** ISO 8601. */
  readonly requestedAt: string
}

/** Throws unless every field a person is shown is there as text. */
export function readLoginRecord(content: Uint8Array): LoginRecord {
  const record = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)) as unknown
  const text = (...path: string[]): string => {
    let at: unknown = record
    for (const key of path) at = (at as Record<string, unknown> | null | undefined)?.[key]
    if (typeof at !== 'string') throw new TypeError(`${path.join('.')} is no text`)
    return at
  }
  if (text('type') !== 'login') throw new TypeError('not a login record')
  const requestedAt = text('requestedAt')
  if (Number.isNaN(Date.parse(requestedAt))) throw new TypeError('requestedAt is no time')
  return {
    application: { name: text('application', 'name') },
    centre: { name: text('centre', 'name') },
    person: { id: text('person', 'id') },
    workstation: text('workstation'),
    matchCode: text('matchCode'),
    requestedAt,
  }
}
