/** Cases of each part of the store contract call the methods of that part only, so a store without the others can pass. */
import { describe, expect, test } from 'vitest'
import { STORE_PARTS, type StorePart } from '../../../../runtime/conformance/contracts/store/store-parts.ts'
import { storeContract, testStore } from '../../../../runtime/conformance/contracts/store/test-store.ts'
import type { Clock } from '../../../../runtime/ports/effects.ts'
import type { Store } from '../../../../runtime/ports/store.ts'
import { memoryStore } from '../../../../runtime/store/memory/store.ts'

const all = Object.keys(STORE_PARTS) as StorePart[]

/** The memory store without the methods of other parts. */
const only = (parts: readonly StorePart[]) => (options: { readonly clock: Clock }) => {
  const store = memoryStore(options)
  const names = parts.flatMap((part) => STORE_PARTS[part].methods)
  return Object.fromEntries(names.map((name) => [name, store[name].bind(store)])) as Partial<Store>
}

const choices: readonly (readonly StorePart[])[] = [
  ['queue'],
  ['queue', 'keys'],
  ['queue', 'state'],
  ['queue', 'cache'],
  ['queue', 'waiting'],
  ['queue', 'ledger'],
  ['queue', 'keys', 'state', 'cache', 'waiting'],
]
for (const parts of choices) {
  describe(parts.join(', '), () => {
    testStore(only(parts), { describe, test }, { parts, programs: { count: 10 } })
  })
}

test('the methods of all parts are those of a store', () => {
  const methods = all.flatMap((part) => STORE_PARTS[part].methods)
  expect(new Set(methods).size).toBe(methods.length)
  expect(storeContract(only(all)).length).toBeGreaterThan(200)
})
