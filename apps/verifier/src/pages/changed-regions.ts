/** What a canvas gives: RGBA, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** A rectangle in fractions of the page, from its upper left corner as shown. */
export interface Region {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface ChangedRegions {
  /** Differences that no expected place explains. */
  readonly changes: readonly Region[]
  /** Indexes of the expected places that differ, as a new signature's appearance does. */
  readonly places: readonly number[]
}

const cellSize = 8
// The same program draws both pictures, so equal content gives equal pixels; a little is left to smoothing.
const tolerance = 24
const fewestPixels = 2
// Letters of one altered line belong into one frame.
const reach = 3
const mostFrames = 40

/** Where two pictures of a page differ, in frames a person would draw; `expected` places are told apart. */
export function changedRegions(
  then: Picture,
  now: Picture,
  expected: readonly Region[] = [],
): ChangedRegions {
  if (then.width !== now.width || then.height !== now.height)
    return { changes: [{ x: 0, y: 0, width: 1, height: 1 }], places: [] }
  const grid = differingCells(then, now)
  const places = expected.flatMap((place, index) => (takeOut(grid, now, place) ? [index] : []))
  return { changes: frames(grid).map((box) => regionOf(box, now)), places }
}

interface Grid {
  readonly columns: number
  readonly rows: number
  readonly marked: Uint8Array
}

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

function differingCells(then: Picture, now: Picture): Grid {
  const { width, height } = now
  const columns = Math.ceil(width / cellSize)
  const rows = Math.ceil(height / cellSize)
  const counts = new Uint8Array(columns * rows)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4)
      if (differs(then.data, now.data, at))
        counts[Math.floor(y / cellSize) * columns + Math.floor(x / cellSize)]!++
  return { columns, rows, marked: counts.map((count) => (count >= fewestPixels ? 1 : 0)) }
}

function differs(a: Uint8ClampedArray, b: Uint8ClampedArray, at: number): boolean {
  return (
    Math.abs(a[at]! - b[at]!) > tolerance ||
    Math.abs(a[at + 1]! - b[at + 1]!) > tolerance ||
    Math.abs(a[at + 2]! - b[at + 2]!) > tolerance
  )
}

/** Clears the cells that lie in a place, give or take one; true when any was marked. */
function takeOut(grid: Grid, { width, height }: Picture, place: Region): boolean {
  const left = Math.floor((place.x * width) / cellSize) - 1
  const right = Math.ceil(((place.x + place.width) * width) / cellSize)
  const top = Math.floor((place.y * height) / cellSize) - 1
  const bottom = Math.ceil(((place.y + place.height) * height) / cellSize)
  let any = false
  for (let row = Math.max(0, top); row <= Math.min(grid.rows - 1, bottom); row++)
    for (let column = Math.max(0, left); column <= Math.min(grid.columns - 1, right); column++) {
      const at = row * grid.columns + column
      if (grid.marked[at]) any = true
      grid.marked[at] = 0
    }
  return any
}

/** Groups marked cells that are near each other; each group becomes one box. */
function frames(grid: Grid): Box[] {
  const boxes: Box[] = []
  for (let start = 0; start < grid.marked.length; start++)
    if (grid.marked[start]) boxes.push(flood(grid, start))
  const joined = joinOverlapping(boxes)
  return joined.length <= mostFrames ? joined : [joined.reduce(union)]
}

function flood(grid: Grid, start: number): Box {
  const { columns, rows, marked } = grid
  const open = [start]
  marked[start] = 0
  const box = { left: columns, top: rows, right: 0, bottom: 0 }
  while (open.length > 0) {
    const at = open.pop()!
    const [column, row] = [at % columns, Math.floor(at / columns)]
    Object.assign(box, union(box, { left: column, top: row, right: column, bottom: row }))
    for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y++)
      for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++) {
        const near = y * columns + x
        if (!marked[near]) continue
        marked[near] = 0
        open.push(near)
      }
  }
  return box
}

function joinOverlapping(boxes: readonly Box[]): Box[] {
  const joined: Box[] = []
  for (const box of boxes) {
    let whole = box
    for (let i = joined.length - 1; i >= 0; i--) {
      if (!touches(whole, joined[i]!)) continue
      whole = union(whole, joined[i]!)
      joined.splice(i, 1)
      i = joined.length
    }
    joined.push(whole)
  }
  return joined
}

function touches(a: Box, b: Box): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom
}

function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  }
}

function regionOf(box: Box, { width, height }: Picture): Region {
  const x = (box.left * cellSize) / width
  const y = (box.top * cellSize) / height
  return {
    x,
    y,
    width: Math.min(1, ((box.right + 1) * cellSize) / width) - x,
    height: Math.min(1, ((box.bottom + 1) * cellSize) / height) - y,
  }
}
