/** A bounded map never exceeds its limit and drops the entry that was set first. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap } from '../../../runtime/lib/bounded-map.ts'

test('drops the oldest entry; setting an entry again makes it the newest', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.has('b'), map.get('c')]).toEqual([3, false, 4])
  map.delete('a')
  map.set('d', 5)
  expect([map.has('a'), map.get('c'), map.get('d')]).toEqual([false, 4, 5])
})

test('law: it holds what was set last, in whatever order entries are set, set again, and deleted', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 9 }), isDeleted: fc.boolean() })
  const property = fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
    const map = new BoundedMap<number, number>(limit)
    let newest: number[] = []
    for (const [value, { key, isDeleted }] of steps.entries()) {
      newest = newest.filter((other) => other !== key)
      if (isDeleted) map.delete(key)
      else {
        map.set(key, value)
        newest = [...newest, key].slice(-limit)
      }
      for (let each = 0; each <= 9; each++) expect(map.has(each)).toBe(newest.includes(each))
    }
  })
  fc.assert(property)
})
