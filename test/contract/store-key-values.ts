/** Contract of a store: checkpoints, cached lookups, and closing. */
import { expect, test } from 'vitest'
import type { Json } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { ids, record } from './store-fixtures.ts'

export function keyValueCases(current: () => StoreHarness): void {
  const values: Json[] = [null, 0, '', false, 'text', [], { cursor: ['a', { b: null }] }]
  test.each(values.map((value) => [JSON.stringify(value), value] as const))(
    'stores the checkpoint %s',
    async (_, value) => {
      const { store } = current()
      expect(await store.readCheckpoint('tickets')).toBeUndefined()
      await store.append([record('a')], { name: 'tickets', value: 'older' })
      await store.append([], { name: 'tickets', value })
      expect(await store.readCheckpoint('tickets')).toEqual(value)
    },
  )

  test('writes and removes several checkpoints', async () => {
    const { store } = current()
    await store.writeCheckpoints([
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ])
    await store.writeCheckpoints([
      { name: 'a', value: undefined },
      { name: 'b', value: 3 },
      { name: 'c', value: undefined },
    ])
    expect(await Promise.all(['a', 'b', 'c'].map((name) => store.readCheckpoint(name)))).toEqual([
      undefined,
      3,
      undefined,
    ])
  })

  test('of concurrent swaps of one value, exactly one succeeds', async () => {
    const { store } = current()
    expect(await store.compareAndSwapCheckpoint('lock', 'a', 'b')).toBe(false)
    const first = await Promise.all(
      ['a', 'b', 'c'].map((name) => store.compareAndSwapCheckpoint('lock', undefined, name)),
    )
    expect(first.filter(Boolean)).toHaveLength(1)
    const held = await store.readCheckpoint('lock')
    expect(await store.compareAndSwapCheckpoint('lock', undefined, 'd')).toBe(false)
    expect(await store.compareAndSwapCheckpoint('lock', String(held), undefined)).toBe(true)
    expect(await store.readCheckpoint('lock')).toBeUndefined()
  })

  test('caches and deletes by namespace and key', async () => {
    const { store } = current()
    const one = { key: '1', value: { email: 'a@b.example' }, at: 5 }
    const missing = { key: '2', value: null, at: 6 }
    await store.writeCache('contact', [one, missing])
    await store.writeCache('team', [{ ...one, value: 'team' }])
    await store.writeCache('contact', [{ ...one, at: 7 }])
    const contacts = await store.readCache('contact', ['2', '1', '1', '3'])
    expect([...contacts].sort((a, b) => a.at - b.at)).toEqual([missing, { ...one, at: 7 }])
    await store.deleteCache('contact', ['1', '3'])
    expect(await store.readCache('contact', ['1', '2'])).toEqual([missing])
    await store.deleteCache('contact')
    expect(await store.readCache('contact', ['1', '2'])).toEqual([])
    expect(await store.readCache('team', ['1'])).toHaveLength(1)
  })

  test('reads many keys at once', async () => {
    const { store } = current()
    const keys = Array.from({ length: 5000 }, (_, i) => `k"${i}`)
    await store.writeCache(
      'contact',
      keys.map((key) => ({ key, value: key, at: 1 })),
    )
    expect(await store.readCache('contact', keys)).toHaveLength(5000)
    expect(await store.filterDelivered(keys)).toEqual(new Set())
  })

  test('closes once, after pending writes', async () => {
    const { store } = current()
    const appended = store.append([record('a')])
    await Promise.all([store.close(), store.close()])
    expect(await appended).toEqual({ added: 1 })
    await store.close()
  })

  test('accepts empty lists', async () => {
    const { store, lease } = current()
    expect(await store.append([])).toEqual({ added: 0 })
    expect(await store.settle([])).toBe(0)
    await store.renew([], 5)
    await store.release([])
    expect(ids(await lease())).toEqual([])
    expect(await store.readCache('contact', [])).toEqual([])
    expect(await store.replay([])).toBe(0)
  })
}
