/** A page then and the same page now, 1-based; one of them is absent when the page was added or removed. */
export interface PagePair {
  readonly before?: number
  readonly now?: number
}

/**
 * Pairs the pages of two states of one file by their object numbers, which a page keeps for life; in the order of
 * now, a removed page after the one that stood before it.
 */
export function pairPages(then: readonly number[], now: readonly number[]): PagePair[] {
  const places = new Map<number, number[]>()
  then.forEach((number, i) => places.set(number, [...(places.get(number) ?? []), i + 1]))
  const pairs: PagePair[] = now.map((number, i) => {
    const before = places.get(number)?.shift()
    return before === undefined ? { now: i + 1 } : { before, now: i + 1 }
  })
  const removed = [...places.values()].flat().sort((a, b) => a - b)
  for (const page of removed) {
    const place = pairs.findLastIndex((pair) => pair.before !== undefined && pair.before < page)
    pairs.splice(place + 1, 0, { before: page })
  }
  return pairs
}
