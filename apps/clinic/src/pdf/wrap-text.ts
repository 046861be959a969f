/** Marks that must not begin a line (GB/T 15834 §5.1.10: 标点不出现在行首). */
const neverFirst = /^[，。、；：？！）》」』”’％,.;:?!)%]/

/** Breaks Chinese text anywhere and Latin words whole, so that every line is at most `width` wide. */
export function wrapText(
  text: string,
  width: number,
  widthOf: (part: string) => number,
): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let current = ''
    for (const part of partsOf(paragraph, width, widthOf)) {
      if (widthOf(current + part) <= width || current === '') current += part
      else if (neverFirst.test(part)) {
        // The mark takes its character with it to the next line.
        const kept = [...current]
        const last = kept.pop()!
        lines.push(kept.join(''))
        current = last + part
      } else {
        lines.push(current)
        current = part.trimStart()
      }
    }
    lines.push(current)
  }
  return lines
}

/** Latin words and numbers whole, everything else by the character; a word wider than the line by the character too. */
function partsOf(
  paragraph: string,
  width: number,
  widthOf: (part: string) => number,
): readonly string[] {
  const parts = paragraph.match(/[A-Za-z0-9./+\-%°]+|[\s\S]/gu) ?? []
  return parts.flatMap((part) => (widthOf(part) > width ? [...part] : [part]))
}
