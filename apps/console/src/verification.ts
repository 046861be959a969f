import { integratorEndpoints } from '@yunqian/api'
import { askFile, call } from './platform.ts'

type Verdict = 'valid' | 'invalid' | 'indeterminate' | 'unreadable'

/** Of the report's inner shape, version 1, what the console shows; the public verifier shows the whole. */
export interface DocumentReport {
  readonly v: 1
  readonly verdict: Verdict
  readonly zh: string
  readonly en: string
  readonly signatures: readonly {
    readonly index: number
    readonly verdict: Verdict
    readonly signer?: { readonly name: string }
    readonly signedAt?: string
    readonly changesSince: readonly { readonly zh: string; readonly en: string }[]
  }[]
}

/** Has the newest revision verified as a stranger would: through the public door, from its bytes alone. */
export async function verifyDocument(documentId: string): Promise<DocumentReport> {
  const file = await askFile('downloadDocument', { params: { documentId } })
  const body = { content: await base64Of(file) }
  const answer = await call(integratorEndpoints.verifyDocument, { body })
  return (await answer.json()) as DocumentReport
}

async function base64Of(file: Blob): Promise<string> {
  const reader = new FileReader()
  const read = new Promise<string>((resolve, reject) => {
    reader.addEventListener('load', () => resolve(String(reader.result)))
    reader.addEventListener('error', () => reject(reader.error ?? new Error('unreadable')))
  })
  reader.readAsDataURL(file)
  const url = await read
  return url.slice(url.indexOf(',') + 1)
}
