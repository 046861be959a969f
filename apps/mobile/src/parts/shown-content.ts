/** A run of text as it is shown; `mark` stands for a character that would otherwise not be seen or would deceive. */
interface Piece {
  readonly text: string
  readonly mark: boolean
}

export type ShownContent =
  | { readonly kind: 'pdf' }
  | { readonly kind: 'text'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'unshowable' }

/**
 * How content is put before the eyes of its signer, judged by the bytes and not by what somebody called them. Text is
 * shown as text, HTML and XML included; characters that reorder, hide or overwrite others are shown by their number.
 */
export function shownContent(bytes: Uint8Array): ShownContent {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 5)) === '%PDF-') return { kind: 'pdf' }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    // A format with NUL in it is no text, even where every byte happens to be ASCII.
    return text.includes('\0') ? { kind: 'unshowable' } : { kind: 'text', pieces: pieces(text) }
  } catch {
    return { kind: 'unshowable' }
  }
}

// Controls but tab and line ends, and format characters: direction marks and overrides, zero-width, tags.
const deceptive = /(\r(?!\n)|(?![\t\n\r])\p{Cc}|\p{Cf})/u

function pieces(text: string): Piece[] {
  return text
    .split(deceptive)
    .map((part, index) =>
      index % 2 === 0
        ? { text: part.replaceAll('\r\n', '\n'), mark: false }
        : {
            text: `U+${part.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
            mark: true,
          },
    )
    .filter((piece) => piece.text !== '')
}
