/** What one kind of work is called and does; it may be asynchronous. Values are bytes, dates and plain data. */
// oxlint-disable-next-line typescript/no-explicit-any -- each work has its own input type
export type Works = Readonly<Record<string, (input: any) => unknown>>

export interface WorkRequest {
  readonly name: string
  readonly input: unknown
}

/** What a thread answers: a value, a refusal with its code, or an error nobody foresaw. */
export type WorkAnswer =
  | { readonly value: unknown }
  | { readonly code: string; readonly details: unknown }
  | { readonly name: string; readonly stack: string }
