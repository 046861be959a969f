/** Bounds against files made to exhaust the reader; far beyond what documents for signing need. */
export const limits = {
  /** Nesting of arrays, dictionaries, page and field trees. */
  depth: 64,
  /** Object numbers in all cross-reference sections together. */
  xrefEntries: 2_000_000,
  /** Links of the /Prev chain. */
  sections: 1_000,
  pages: 50_000,
  fields: 50_000,
  /** Bytes one cross-reference or object stream may expand to. */
  inflatedBytes: 64 * 1024 * 1024,
  /** Earlier end-of-file marks tried when the last increment cannot be read. */
  tailCandidates: 16,
} as const
