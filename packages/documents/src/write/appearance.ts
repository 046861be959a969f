import { zlibSync } from 'fflate'
import type { Rect } from '../pages.ts'
import { array, dict, name } from '../values.ts'
import { ascii, type NewObject } from './increment.ts'
import { boundsOf, decimal, fillPath, type OutlinedText, type PathCommand } from './outline.ts'
import { drawHandwriting, type Handwriting } from './strokes.ts'

/** What a visible signature shows: the handwriting on the left, small lines of text on the right of a thin rule. */
export interface SignatureAppearance {
  readonly strokes?: Handwriting | undefined
  readonly lines: readonly OutlinedText[]
}

const ink = '0.07 0.13 0.25'
const teal = '0.05 0.49 0.47'
const quiet = '0.32 0.38 0.44'

/** The page turns clockwise when shown, so the form turns the other way and stands upright (§8.10.1 /Matrix). */
const matrices = {
  0: [1, 0, 0, 1, 0, 0],
  90: [0, 1, -1, 0, 0, 0],
  180: [-1, 0, 0, -1, 0, 0],
  270: [0, -1, 1, 0, 0, 0],
} as const

/** The appearance stream for a widget rectangle on a page with this rotation. */
export function appearanceObject(
  appearance: SignatureAppearance | undefined,
  rect: Rect,
  rotation: 0 | 90 | 180 | 270,
): NewObject {
  const across = rotation === 0 || rotation === 180
  const width = across ? rect[2] - rect[0] : rect[3] - rect[1]
  const height = across ? rect[3] - rect[1] : rect[2] - rect[0]
  const content = appearance === undefined ? '' : drawAppearance(appearance, width, height)
  return {
    dict: dict({
      Type: name('XObject'),
      Subtype: name('Form'),
      BBox: array([0, 0, width, height]),
      Matrix: array(matrices[rotation]),
      Resources: dict({}),
      Filter: name('FlateDecode'),
    }),
    data: zlibSync(ascii(content), { level: 9 }),
  }
}

function drawAppearance(appearance: SignatureAppearance, width: number, height: number): string {
  const pad = Math.min(4, height * 0.1)
  const hand = appearance.strokes
  const withHand = hand !== undefined && hand.strokes.some((stroke) => stroke.length > 0)
  const ruleAt = withHand ? (appearance.lines.length > 0 ? width * 0.46 : width - pad) : pad
  let text = 'q\n'
  if (withHand) {
    const box = { left: pad, right: ruleAt - pad * 1.5, bottom: pad, top: height - pad }
    text += `${ink} RG\n${drawHandwriting(hand, box)}`
  }
  if (appearance.lines.length > 0) {
    const x = decimal(ruleAt)
    const [bottom, top] = [height * 0.16, height * 0.84].map(decimal)
    text += `0 J 0.8 w ${teal} RG ${x} ${bottom} m ${x} ${top} l S\n`
    text += drawLines(appearance.lines, ruleAt + pad * 1.5, width - pad, height)
  }
  return `${text}Q\n`
}

/** Lines are stacked around the middle and shrunk together when one is too wide or all are too high. */
function drawLines(
  lines: readonly OutlinedText[],
  left: number,
  right: number,
  height: number,
): string {
  const leading = 1.5
  const widest = Math.max(...lines.map((line) => widthOf(line.path)), 1e-6)
  const tall = lines.reduce((sum, line) => sum + line.sizePt * leading, 0)
  const scale = Math.min(1, (right - left) / widest, (height * 0.92) / tall)
  let top = height / 2 + (tall * scale) / 2
  let text = ''
  lines.forEach((line, i) => {
    const slot = line.sizePt * leading * scale
    // The middle of Han glyphs stands about 0.38 em above the baseline.
    const baseline = top - slot / 2 - line.sizePt * scale * 0.38
    text += `${i === 0 ? ink : quiet} rg\n${fillPath(line.path, scale, left, baseline)}`
    top -= slot
  })
  return text
}

function widthOf(path: readonly PathCommand[]): number {
  const points = path.flatMap((step) => (step.op === 'Z' ? [] : [{ x: step.x, y: step.y }]))
  return boundsOf(points).right
}
