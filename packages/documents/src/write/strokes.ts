import { type Bounds, boundsOf, decimal } from './outline.ts'

/** A point of a handwritten stroke: canvas units with y downwards, `t` in milliseconds, `p` pressure 0‥1. */
export interface StrokePoint {
  readonly x: number
  readonly y: number
  readonly t?: number | undefined
  readonly p?: number | undefined
}

export interface Handwriting {
  readonly width: number
  readonly height: number
  readonly strokes: readonly (readonly StrokePoint[])[]
}

interface Placed {
  readonly x: number
  readonly y: number
  readonly width: number
}

const thin = 0.55
const thick = 1.55

/** Content stream operators that draw the handwriting inside a box (points), as large as fits, centred. */
export function drawHandwriting(hand: Handwriting, box: Bounds): string {
  const ink = boundsOf(hand.strokes.flat())
  const [inkWidth, inkHeight] = [ink.right - ink.left, ink.top - ink.bottom]
  const [boxWidth, boxHeight] = [box.right - box.left, box.top - box.bottom]
  const fit = Math.min(boxWidth / Math.max(inkWidth, 1e-6), boxHeight / Math.max(inkHeight, 1e-6))
  // A dot or a short dash must not be blown up to fill the box.
  const most = (2.5 * boxWidth) / Math.max(hand.width, 1)
  const scale = Math.min(fit, most)
  const dx = box.left + (boxWidth - inkWidth * scale) / 2 - ink.left * scale
  const dy = box.bottom + (boxHeight - inkHeight * scale) / 2 + ink.top * scale
  let text = '1 J 1 j\n'
  for (const stroke of hand.strokes) {
    const widths = strokeWidths(stroke, scale)
    const placed = stroke.map((point, i) => ({
      x: point.x * scale + dx,
      y: dy - point.y * scale,
      width: widths[i] as number,
    }))
    text += drawStroke(thinOut(placed))
  }
  return text
}

/** Pressure decides the width where the device measured it; otherwise a fast pen is a thin pen. */
function strokeWidths(stroke: readonly StrokePoint[], scale: number): number[] {
  const pressed = new Set(stroke.map((point) => point.p)).size > 2
  let width = (thin + thick) / 2
  return stroke.map((point, i) => {
    const before = stroke[i - 1]
    let target = width
    if (pressed) target = thin + (thick - thin) * Math.min(1, Math.max(0, point.p ?? 0.5))
    else if (before?.t !== undefined && point.t !== undefined && point.t > before.t) {
      const speed =
        (Math.hypot(point.x - before.x, point.y - before.y) * scale) / (point.t - before.t)
      target = Math.max(thin, thick - speed * 4)
    }
    width += (target - width) * 0.35
    return width
  })
}

function thinOut(points: readonly Placed[]): Placed[] {
  const kept: Placed[] = []
  points.forEach((point, i) => {
    const last = kept.at(-1)
    const far = last === undefined || Math.hypot(point.x - last.x, point.y - last.y) >= 0.35
    if (far || (i === points.length - 1 && kept.length < 2)) kept.push(point)
  })
  return kept
}

/** Catmull-Rom through the points, written as Bézier pieces, each with its own width. */
function drawStroke(points: readonly Placed[]): string {
  const first = points[0]
  if (first === undefined) return ''
  if (points.length === 1) {
    const at = `${decimal(first.x)} ${decimal(first.y)}`
    return `${decimal(first.width * 1.3)} w ${at} m ${at} l S\n`
  }
  let text = ''
  for (let i = 0; i + 1 < points.length; i++) {
    const [p1, p2] = [points[i] as Placed, points[i + 1] as Placed]
    const [p0, p3] = [points[i - 1] ?? p1, points[i + 2] ?? p2]
    const c1 = [p1.x + (p2.x - p0.x) / 6, p1.y + (p2.y - p0.y) / 6]
    const c2 = [p2.x - (p3.x - p1.x) / 6, p2.y - (p3.y - p1.y) / 6]
    const numbers = [p1.width, p1.x, p1.y, ...c1, ...c2, p2.x, p2.y].map(decimal)
    const [w, x, y, ...curve] = numbers
    text += `${w} w ${x} ${y} m ${curve.join(' ')} c S\n`
  }
  return text
}
