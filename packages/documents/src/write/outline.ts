import { DocumentError } from '../errors.ts'

// Text reaches a page as vector outlines, so that no font is embedded and no viewer can show other glyphs than we did.

/** Units are points, y upwards, origin at the start of the baseline. */
export type PathCommand =
  | { readonly op: 'M'; readonly x: number; readonly y: number }
  | { readonly op: 'L'; readonly x: number; readonly y: number }
  | {
      readonly op: 'Q'
      readonly x1: number
      readonly y1: number
      readonly x: number
      readonly y: number
    }
  | {
      readonly op: 'C'
      readonly x1: number
      readonly y1: number
      readonly x2: number
      readonly y2: number
      readonly x: number
      readonly y: number
    }
  | { readonly op: 'Z' }

/** What the caller's font must offer; `covers` is false as soon as one character has no glyph of its own. */
export interface TextOutliner {
  outline(text: string, sizePt: number): readonly PathCommand[]
  covers(text: string): boolean
}

export interface OutlinedText {
  readonly sizePt: number
  readonly path: readonly PathCommand[]
}

/** Outlines one line, or throws `documents.glyph-missing`: a blank box in a signature would be a defect of evidence. */
export function outlineText(outliner: TextOutliner, text: string, sizePt: number): OutlinedText {
  if (!outliner.covers(text)) {
    const missing = [...text].filter((char) => !outliner.covers(char)).map(codePoint)
    throw new DocumentError('documents.glyph-missing', { reason: missing.join(' ') })
  }
  return { sizePt, path: outliner.outline(text, sizePt) }
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** The part of a fontkit font that outlines need. */
export interface OutlineFont {
  readonly unitsPerEm: number
  hasGlyphForCodePoint(codePoint: number): boolean
  layout(text: string): {
    readonly glyphs: readonly {
      readonly path: { readonly commands: readonly { command: string; args: number[] }[] }
    }[]
    readonly positions: readonly { xAdvance: number; xOffset: number; yOffset: number }[]
  }
}

/** A TextOutliner over a font opened with fontkit (or anything of its shape). */
export function fontOutliner(font: OutlineFont): TextOutliner {
  return {
    covers: (text) =>
      [...text].every((char) => font.hasGlyphForCodePoint(char.codePointAt(0) as number)),
    outline: (text, sizePt) => {
      const scale = sizePt / font.unitsPerEm
      const { glyphs, positions } = font.layout(text)
      const out: PathCommand[] = []
      let pen = 0
      glyphs.forEach((glyph, i) => {
        const position = positions[i]
        const dx = pen + (position?.xOffset ?? 0)
        const dy = position?.yOffset ?? 0
        for (const { command, args } of glyph.path.commands)
          out.push(
            pathCommand(
              command,
              args,
              (x) => (x + dx) * scale,
              (y) => (y + dy) * scale,
            ),
          )
        pen += position?.xAdvance ?? 0
      })
      return out
    },
  }
}

function pathCommand(
  command: string,
  args: readonly number[],
  fx: (x: number) => number,
  fy: (y: number) => number,
): PathCommand {
  const at = (i: number): number => (i % 2 === 0 ? fx : fy)(args[i] ?? 0)
  if (command === 'moveTo') return { op: 'M', x: at(0), y: at(1) }
  if (command === 'lineTo') return { op: 'L', x: at(0), y: at(1) }
  if (command === 'quadraticCurveTo') return { op: 'Q', x1: at(0), y1: at(1), x: at(2), y: at(3) }
  if (command === 'bezierCurveTo')
    return { op: 'C', x1: at(0), y1: at(1), x2: at(2), y2: at(3), x: at(4), y: at(5) }
  return { op: 'Z' }
}

export interface Bounds {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

export function boundsOf(points: Iterable<{ readonly x: number; readonly y: number }>): Bounds {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    bottom = Math.min(bottom, y)
    top = Math.max(top, y)
  }
  return left > right ? { left: 0, right: 0, bottom: 0, top: 0 } : { left, right, bottom, top }
}

/** Content stream operators that fill the path, moved and scaled. */
export function fillPath(
  path: readonly PathCommand[],
  scale: number,
  dx: number,
  dy: number,
): string {
  const px = (x: number): string => decimal(x * scale + dx)
  const py = (y: number): string => decimal(y * scale + dy)
  const xy = (x: number, y: number): string => `${px(x)} ${py(y)}`
  let text = ''
  let [cx, cy] = [0, 0]
  for (const step of path) {
    if (step.op === 'Z') text += 'h\n'
    else {
      if (step.op === 'M') text += `${xy(step.x, step.y)} m\n`
      else if (step.op === 'L') text += `${xy(step.x, step.y)} l\n`
      else if (step.op === 'C')
        text += `${xy(step.x1, step.y1)} ${xy(step.x2, step.y2)} ${xy(step.x, step.y)} c\n`
      else {
        // PDF has cubic curves only: a quadratic one has its control points at two thirds.
        const [ax, ay] = [cx + (2 / 3) * (step.x1 - cx), cy + (2 / 3) * (step.y1 - cy)]
        const [bx, by] = [
          step.x + (2 / 3) * (step.x1 - step.x),
          step.y + (2 / 3) * (step.y1 - step.y),
        ]
        text += `${xy(ax, ay)} ${xy(bx, by)} ${xy(step.x, step.y)} c\n`
      }
      ;[cx, cy] = [step.x, step.y]
    }
  }
  return `${text}f\n`
}

/** Two places are 1/7200 inch: finer than any printer. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100)
}
