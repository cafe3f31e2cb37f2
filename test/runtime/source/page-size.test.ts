/** The size of pages follows what the source can answer, by bytes and by failures. */
import { expect, test } from 'vitest'
import { PageSize } from '../../../runtime/source/page-size.ts'

const MIB = 1024 * 1024

/** A stream of records of `bytesOf(n)` bytes each; pages over `limit` fail. Returns the sizes requested, in order. */
function sizesOf(pages: number, bytesOf: (page: number) => number, limit = 64 * MIB): number[] {
  const size = new PageSize({ max: 150, min: 1 })
  return Array.from({ length: pages }, (_, page) => {
    const { current } = size
    const bytes = current * bytesOf(page)
    if (bytes > limit) size.recordFailure(true)
    else size.recordSuccess({ items: Array.from({ length: current }, () => null), bytes })
    return current
  })
}

test('ordinary pages keep the largest size', () => {
  expect(new Set(sizesOf(50, () => 10_000))).toEqual(new Set([150]))
})

test('large pages are cut to eight mebibytes by their bytes, before any fails', () => {
  expect(sizesOf(30, () => 0.25 * MIB)).toEqual([150, ...Array.from({ length: 29 }, () => 32)])
})

test('a page over the limit fails once, and no other does', () => {
  const sizes = sizesOf(100, () => MIB)
  expect(sizes.slice(0, 4)).toEqual([150, 18, 8, 8])
  expect(Math.max(...sizes.slice(2))).toBe(8)
})

test('a record larger than the target is read alone, and the size grows again after it', () => {
  const sizes = sizesOf(60, (page) => (page < 3 ? 40 * MIB : 10_000))
  expect(sizes.slice(0, 8)).toEqual([150, 18, 2, 1, 1, 1, 1, 1])
  expect(sizes.at(-1)).toBe(150)
  expect(Math.min(...sizesOf(20, () => 40 * MIB))).toBe(1)
})

test('each doubling that fails waits twice as long for the next', () => {
  const size = new PageSize({ max: 8, min: 1 })
  const failed: number[] = []
  for (let page = 0; page < 300; page++)
    if (size.current > 2) {
      failed.push(page)
      size.recordFailure()
    } else size.recordSuccess({ items: [null] })
  expect(failed).toEqual([0, 1, 7, 18, 39, 80, 161, 242])
})
