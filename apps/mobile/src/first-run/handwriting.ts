import type { Handwriting } from '@yunqian/api'

interface PadPoint {
  readonly x: number
  readonly y: number
  readonly time: number
  readonly pressure: number
}

const tenth = (value: number) => Math.round(value * 10) / 10

/** Strokes as the API keeps them, from the pad's own: inside the pad, time from the first point. */
export function handwritingOf(
  groups: readonly { readonly points: readonly PadPoint[] }[],
  width: number,
  height: number,
): Handwriting | undefined {
  const strokes = groups.map((group) => group.points).filter((points) => points.length > 0)
  const start = strokes[0]?.[0]?.time
  if (start === undefined) return undefined
  const inside = (value: number, limit: number) => tenth(Math.min(Math.max(value, 0), limit))
  return {
    width: Math.round(width),
    height: Math.round(height),
    strokes: strokes.slice(0, 200).map((points) =>
      points.slice(0, 4000).map((point) => ({
        x: inside(point.x, width),
        y: inside(point.y, height),
        t: Math.min(Math.max(Math.round(point.time - start), 0), 600_000),
        p: Math.min(Math.max(Math.round(point.pressure * 100) / 100, 0), 1),
      })),
    ),
  }
}

/** Whether somebody wrote: a touch by mistake or a single short line is no signature. */
export function isMoreThanADot({ strokes }: Handwriting): boolean {
  const length = strokes
    .flatMap((points) =>
      points
        .slice(1)
        .map((point, at) => Math.hypot(point.x - points[at]!.x, point.y - points[at]!.y)),
    )
    .reduce((sum, part) => sum + part, 0)
  return length >= 60
}

/** What was written, in a pad of another size. */
export function scaled<P extends { readonly points: readonly PadPoint[] }>(
  groups: readonly P[],
  across: number,
  down: number,
): P[] {
  return groups.map((group) => ({
    ...group,
    points: group.points.map((point) => ({ ...point, x: point.x * across, y: point.y * down })),
  }))
}

/** The strokes as one SVG path in the pad's own coordinates. */
export function strokePath(handwriting: Handwriting): string {
  return handwriting.strokes
    .map((points) =>
      points.length === 1
        ? `M${points[0]!.x} ${points[0]!.y}h.1`
        : points.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join(''),
    )
    .join('')
}
