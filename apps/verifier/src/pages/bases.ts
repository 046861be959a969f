import type { DocumentVersion, Report, ShownDocument, SignatureReport } from '@yunqian/verify'

/** A state of the document to compare with what is shown now. */
export interface Basis {
  readonly version: DocumentVersion
  /** Its signature still proves these bytes; an unproven state is not worth looking at. */
  readonly sound: boolean
  readonly signer: string | undefined
  readonly signedAt: string | undefined
  /** What came later can be seen on a page; otherwise comparing would show the same twice. */
  readonly seenSince: boolean
  /** Appearances of the signatures that came since. */
  readonly expected: ShownDocument['signaturePlaces']
}

// Additions that no page shows.
const unseen: ReadonlySet<string> = new Set(['dss', 'metadata', 'doc-timestamp', 'unreferenced'])

/** The states worth comparing with, oldest first: the original, then what each signature covered. */
export function basesOf(shown: ShownDocument, report: Report): Basis[] {
  const signed = shown.versions.filter((version) => version.kind === 'signed')
  const bases = signed.map((version) => basisOfSignature(version, shown, report))
  const original = shown.versions.find((version) => version.kind === 'original')
  const first = bases[0]
  if (!original || !first) return bases
  const expected = expectedSince(original, shown)
  return [
    {
      version: original,
      // The first signature covers the original as well; nobody else vouches for it.
      sound: first.sound,
      signer: undefined,
      signedAt: undefined,
      seenSince: expected.length > 0 || first.seenSince,
      expected,
    },
    ...bases,
  ]
}

/** The state to begin with: the earliest signed one from which something can be seen to differ. */
export function usualBasis(bases: readonly Basis[]): Basis | undefined {
  return bases.find(
    ({ version, sound, seenSince }) => version.kind === 'signed' && sound && seenSince,
  )
}

function basisOfSignature(version: DocumentVersion, shown: ShownDocument, report: Report): Basis {
  const signature = report.signatures.find(
    ({ fieldName, coverage }) => coverage && fieldName === version.fieldName,
  )
  return {
    version,
    sound: signature !== undefined && proves(signature),
    signer: signature?.signer?.name,
    signedAt: signature?.signedAt ?? signature?.declaredAt,
    seenSince: signature?.changesSince.some(({ kind }) => !unseen.has(kind)) ?? true,
    expected: expectedSince(version, shown),
  }
}

function proves({ checks }: SignatureReport): boolean {
  const passed = new Set(checks.map(({ code }) => code))
  return passed.has('integrity.intact') && passed.has('signature.correct')
}

function expectedSince(version: DocumentVersion, shown: ShownDocument): Basis['expected'] {
  const later = new Set(
    shown.versions.flatMap(({ length, fieldName }) =>
      length > version.length && fieldName !== undefined ? fieldName : [],
    ),
  )
  return shown.signaturePlaces.filter(({ fieldName }) => later.has(fieldName))
}
