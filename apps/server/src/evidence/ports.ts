/** One revision of a document and what belongs to it, as the room that keeps documents gives it out. */
export interface SignedDocument {
  readonly revision: number
  /** The finished PDF with all its signatures; absent where only detached signatures were made. */
  readonly signedPdf?: Uint8Array
  /** The bytes as they were brought in. */
  readonly original: Uint8Array
  /** DER of detached CMS over `original`. */
  readonly detachedSignatures: readonly Uint8Array[]
  /** DER of the signed login records of those who signed. */
  readonly loginRecords: readonly Uint8Array[]
  /** DER of TimeStampTokens or TimeStampResps over one of the files above. */
  readonly timestamps: readonly Uint8Array[]
  /** Further material: DER of certificates, OCSP responses, CRLs. The PDF's own is taken from the PDF. */
  readonly certificates: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly crls: readonly Uint8Array[]
}

/** Who asks for a document: the program it belongs to, or staff of centres (null: of the whole district). */
export type DocumentReader =
  | { readonly applicationId: string }
  | { readonly centreIds: readonly string[] | null }

/**
 * Where signed documents come from. Must answer `undefined` for a document that does not exist for this tenant and
 * this reader or has no finished signature, and must give bytes exactly as stored.
 */
export interface SignedDocuments {
  read(
    tenantId: string,
    documentId: string,
    revision: number | undefined,
    reader: DocumentReader,
  ): Promise<SignedDocument | undefined>
}
