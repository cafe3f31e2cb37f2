/** Contract of a store: notes of events that were sent, until their delivery is settled. */
import { expect, test } from 'vitest'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, record, settlement, single } from './store-fixtures.ts'

const send = (key: string, email: string, contact = 'c1') => ({ key, contact, identifiers: { email } })

export function sendCases(current: () => StoreHarness): void {
  test('the first note of a key stays, and is returned to later ones', async () => {
    const { store } = current()
    expect(
      await store.beginSends([send('a', 'old'), { key: 'b', identifiers: { email: 'x', phone_number: '1' } }]),
    ).toEqual([])
    expect(await store.beginSends([send('a', 'new'), send('c', 'new')])).toEqual([send('a', 'old')])
    expect(await store.beginSends([])).toEqual([])
    const found = await store.readSends(['a', 'b', 'c', 'd'])
    const expected = [send('a', 'old'), { key: 'b', identifiers: { email: 'x', phone_number: '1' } }, send('c', 'new')]
    expect([...found].sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(expected)
  })

  test('delivery removes a note, whichever record delivers; another outcome keeps it', async () => {
    const { store, clock, lease } = current()
    await store.beginSends([send('a', 'x'), send('b', 'x'), send('c', 'x')])
    await store.append([record('r'), record('s'), record('t')])
    const [r, s, t] = await lease()
    if (!r || !s || !t) throw new Error('expected three')
    await store.settle([
      settlement(r, delivered(event('M', { key: 'a' }))),
      settlement(s, deferred(clock.now(), event('M', { key: 'b', status: 'deferred' }))),
      settlement(t, dead(event('M', { key: 'c', status: 'dead' }))),
    ])
    expect((await store.readSends(['a', 'b', 'c'])).map(({ key }) => key).sort()).toEqual(['b', 'c'])
    await store.settle([
      settlement(single(await lease()), delivered(event('M', { key: 'b' }), event('M', { key: 'a' }))),
    ])
    expect((await store.readSends(['a', 'b', 'c'])).map(({ key }) => key)).toEqual(['c'])
  })

  test('notes are forgotten by key, and moved by contact', async () => {
    const { store } = current()
    await store.beginSends([send('a', 'old'), send('b', 'old'), send('c', 'old', 'c2')])
    await store.moveSends('c1', { email: 'new' })
    await store.forgetSends(['b', 'unknown'])
    await store.forgetSends([])
    const found = await store.readSends(['a', 'b', 'c'])
    expect([...found].sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual([send('a', 'new'), send('c', 'old', 'c2')])
  })

  test('retention drops a note with the age of dead letters', async () => {
    const { store, clock } = current()
    await store.beginSends([send('a', 'x')])
    clock.advance(1000)
    await store.applyRetention({ settled: 0, dead: 1000 })
    expect(await store.readSends(['a'])).toHaveLength(1)
    clock.advance(1)
    await store.applyRetention({ settled: 0, dead: 1000 })
    expect(await store.readSends(['a'])).toEqual([])
  })
}
