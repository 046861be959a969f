import { describe, expect, it } from 'vitest'
import { shownContent } from './shown-content.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const shown = (text: string) => {
  const content = shownContent(bytes(text))
  return content.kind === 'text'
    ? content.pieces.map((piece) => (piece.mark ? `[${piece.text}]` : piece.text)).join('')
    : content.kind
}

describe('content before its signer', () => {
  it('is a PDF by its first bytes, whatever it is called', () => {
    expect(shown('%PDF-1.7\n')).toBe('pdf')
    expect(shown(' %PDF-1.7')).toBe(' %PDF-1.7')
  })

  it('is text as it is, mark-up and all', () => {
    expect(shown('一、患者知情同意\r\n\t<b>同意</b>\n')).toBe('一、患者知情同意\n\t<b>同意</b>\n')
    expect(shown('')).toBe('')
  })

  it('shows by number what would reorder, hide or overwrite', () => {
    expect(shown('付 \u202e001\u202c 元')).toBe('付 [U+202E]001[U+202C] 元')
    expect(shown('不\u200b同意')).toBe('不[U+200B]同意')
    expect(shown('\ufeff甲')).toBe('[U+FEFF]甲')
    expect(shown('同意\r不同意')).toBe('同意[U+000D]不同意')
    expect(shown('a\u{e0041}b')).toBe('a[U+E0041]b')
    expect(shown('\u001b[2J')).toBe('[U+001B][2J')
  })

  it('cannot be shown when it is neither', () => {
    expect(shownContent(new Uint8Array([0xff, 0xd8, 0xff])).kind).toBe('unshowable')
    expect(shownContent(new Uint8Array([0x50, 0x4b, 0, 0])).kind).toBe('unshowable')
    // GB 18030 bytes of 同意: not guessed at.
    expect(shownContent(new Uint8Array([0xcd, 0xac, 0xd2, 0xe2])).kind).toBe('unshowable')
  })
})
