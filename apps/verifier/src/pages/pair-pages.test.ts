import { expect, it } from 'vitest'
import { pairPages } from './pair-pages.ts'

it('pairs pages by what they are, not by where they stand', () => {
  expect(pairPages([5, 6], [5, 6])).toEqual([
    { before: 1, now: 1 },
    { before: 2, now: 2 },
  ])
  expect(pairPages([5, 6], [9, 5, 6])).toEqual([
    { now: 1 },
    { before: 1, now: 2 },
    { before: 2, now: 3 },
  ])
  expect(pairPages([5, 6, 7], [5, 7])).toEqual([
    { before: 1, now: 1 },
    { before: 2 },
    { before: 3, now: 2 },
  ])
  expect(pairPages([5, 6], [])).toEqual([{ before: 1 }, { before: 2 }])
})

it('pairs a page that is shown twice once for each time', () => {
  expect(pairPages([5, 5], [5, 5])).toEqual([
    { before: 1, now: 1 },
    { before: 2, now: 2 },
  ])
})
