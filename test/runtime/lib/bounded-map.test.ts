/** A bounded map never exceeds its limit and drops the entry that was set first. */
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
