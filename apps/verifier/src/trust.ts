import { pick } from '@yunqian/design'
import { type CertificateSummary, summariseCertificates } from '@yunqian/verify'

/** What the person trusts: the platform's own root, or a file of theirs. */
export interface Trust {
  readonly from: 'platform' | 'own'
  readonly name: string
  readonly roots: readonly Uint8Array[]
  readonly intermediates: readonly Uint8Array[]
  readonly notice?: () => string
}

/** The root this platform publishes; undefined when it cannot be had. */
export async function platformTrust(): Promise<Trust | undefined> {
  try {
    const answer = await fetch('/v1/trust')
    if (!answer.ok) return undefined
    const { root, intermediates, notice } = (await answer.json()) as {
      root: string
      intermediates: string[]
      notice: { zh: string; en: string }
    }
    const bytes = (pem: string) => new TextEncoder().encode(pem)
    return {
      from: 'platform',
      name: '',
      roots: [bytes(root)],
      intermediates: intermediates.map(bytes),
      notice: () => pick(notice),
    }
  } catch {
    return undefined
  }
}

/** Every root by name and digest, for the reader to compare; empty when there is none that can be read. */
export function rootsOf(trust: Trust | undefined): readonly CertificateSummary[] {
  return trust?.roots.flatMap(summariseCertificates) ?? []
}

export async function ownTrust(file: File): Promise<Trust> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return { from: 'own', name: file.name, roots: [bytes], intermediates: [] }
}
