/** Contract of a store: checkpoints and cached lookups. */
import assert from 'node:assert/strict'
import type { Json } from '../../../../ports/types.ts'
import { assertEqual } from '../../assertions.ts'
import { record } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const values: Json[] = [null, 0, '', false, 'text', [], { cursor: ['a', { b: null }] }]

export const checkpointCases: StoreCases = {
  ...each(
    values,
    (value) => `stores the checkpoint ${JSON.stringify(value)}`,
    async ({ store }, value) => {
      assert.equal(await store.readCheckpoint('tickets'), undefined)
      await store.append([record('a')], { name: 'tickets', value: 'older' })
      await store.append([], { name: 'tickets', value })
      assertEqual(await store.readCheckpoint('tickets'), value)
    },
  ),

  'writes and removes several checkpoints': async ({ store }) => {
    await store.writeCheckpoints([
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ])
    await store.writeCheckpoints([
      { name: 'a', value: undefined },
      { name: 'b', value: 3 },
      { name: 'c', value: undefined },
    ])
    assertEqual(await Promise.all(['a', 'b', 'c'].map((name) => store.readCheckpoint(name))), [undefined, 3, undefined])
  },

  'of concurrent swaps of one value, exactly one succeeds': async ({ store }) => {
    assert.equal(await store.compareAndSwapCheckpoint('lock', 'a', 'b'), false)
    const first = await Promise.all(
      ['a', 'b', 'c'].map((name) => store.compareAndSwapCheckpoint('lock', undefined, name)),
    )
    assert.equal(first.filter(Boolean).length, 1)
    const held = await store.readCheckpoint('lock')
    assert.equal(await store.compareAndSwapCheckpoint('lock', undefined, 'd'), false)
    assert.equal(await store.compareAndSwapCheckpoint('lock', String(held), undefined), true)
    assert.equal(await store.readCheckpoint('lock'), undefined)
  },
}

export const cacheCases: StoreCases = {
  'caches and deletes by namespace and key': async ({ store }) => {
    const one = { key: '1', value: { email: 'a@b.example' }, at: 5 }
    const missing = { key: '2', value: null, at: 6 }
    await store.writeCache('contact', [one, missing])
    await store.writeCache('team', [{ ...one, value: 'team' }])
    await store.writeCache('contact', [{ ...one, at: 7 }])
    const contacts = await store.readCache('contact', ['2', '1', '1', '3'])
    assertEqual(
      [...contacts].sort((a, b) => a.at - b.at),
      [missing, { ...one, at: 7 }],
    )
    await store.deleteCache('contact', ['1', '3'])
    assertEqual(await store.readCache('contact', ['1', '2']), [missing])
    await store.deleteCache('contact')
    assertEqual(await store.readCache('contact', ['1', '2']), [])
    assert.equal((await store.readCache('team', ['1'])).length, 1)
    assertEqual(await store.readCache('team', []), [])
  },

  'reads many keys at once': async ({ store }) => {
    const keys = Array.from({ length: 5000 }, (_, i) => `k"${i}`)
    await store.writeCache(
      'contact',
      keys.map((key) => ({ key, value: key, at: 1 })),
    )
    assert.equal((await store.readCache('contact', keys)).length, 5000)
  },
}
