/** Contract of a store: the keys of delivered events, and notes of events that were sent, until their delivery is settled. */
import assert from 'node:assert/strict'
import { assertEqual } from '../../assertions.ts'
import { dead, deferred, delivered, event, record, settlement, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const send = (key: string, email: string, contact = 'c1') => ({ key, contact, identifiers: { email } })

const keyed = (key: string) => event('Created Conversation', { key })

const keeps = [
  { of: 'delivered', outcome: delivered(keyed('k')), known: ['k'] },
  { of: 'deferred', outcome: deferred(1, keyed('k'), event('M', { key: 'j', status: 'deferred' })), known: ['k'] },
  { of: 'dead', outcome: dead(keyed('k'), event('M', { key: 'j', status: 'dead' })), known: ['k'] },
  { of: 'skipped', outcome: skipped('x', event('M', { key: 'j', status: 'skipped' })), known: [] },
]

export const deliveredKeyCases: StoreCases = {
  ...each(
    keeps,
    ({ of, known }) => `remembers the keys delivered by a ${of} record: ${JSON.stringify(known)}`,
    async ({ store, finish }, { outcome, known }) => {
      await store.append([record('a')])
      await finish(outcome)
      assertEqual([...(await store.filterDelivered(['k', 'j', 'k']))], known)
    },
  ),

  'filters many keys at once': async ({ store }) => {
    const keys = Array.from({ length: 5000 }, (_, i) => `k"${i}`)
    assertEqual(await store.filterDelivered(keys), new Set())
  },
}

export const sendCases: StoreCases = {
  'the first note of a key stays, and is returned to later ones': async ({ store }) => {
    assertEqual(
      await store.beginSends([send('a', 'old'), { key: 'b', identifiers: { email: 'x', phone_number: '1' } }]),
      [],
    )
    assertEqual(await store.beginSends([send('a', 'new'), send('c', 'new')]), [send('a', 'old')])
    assertEqual(await store.beginSends([]), [])
    const found = await store.readSends(['a', 'b', 'c', 'd'])
    const expected = [send('a', 'old'), { key: 'b', identifiers: { email: 'x', phone_number: '1' } }, send('c', 'new')]
    assertEqual(
      [...found].sort((a, b) => (a.key < b.key ? -1 : 1)),
      expected,
    )
  },

  'delivery removes a note, whichever record delivers; another outcome keeps it': async (it) => {
    const { store, clock, lease, finishOne } = it
    await store.beginSends([send('a', 'x'), send('b', 'x'), send('c', 'x')])
    await store.append([record('r'), record('s'), record('t')])
    const [r, s, t] = await lease()
    if (!r || !s || !t) throw new Error('expected three')
    await store.settle([
      settlement(r, delivered(event('M', { key: 'a' }))),
      settlement(s, deferred(clock.now(), event('M', { key: 'b', status: 'deferred' }))),
      settlement(t, dead(event('M', { key: 'c', status: 'dead' }))),
    ])
    assertEqual((await store.readSends(['a', 'b', 'c'])).map(({ key }) => key).sort(), ['b', 'c'])
    await finishOne(delivered(event('M', { key: 'b' }), event('M', { key: 'a' })))
    assertEqual(
      (await store.readSends(['a', 'b', 'c'])).map(({ key }) => key),
      ['c'],
    )
  },

  'notes are forgotten by key, and moved by contact': async ({ store }) => {
    await store.beginSends([send('a', 'old'), send('b', 'old'), send('c', 'old', 'c2')])
    await store.moveSends('c1', { email: 'new' })
    await store.forgetSends(['b', 'unknown'])
    await store.forgetSends([])
    const found = await store.readSends(['a', 'b', 'c'])
    assertEqual(
      [...found].sort((a, b) => (a.key < b.key ? -1 : 1)),
      [send('a', 'new'), send('c', 'old', 'c2')],
    )
  },
}

/** Of stores with a ledger. */
export const sendLedgerCases: StoreCases = {
  'retention drops a note with the age of dead letters': async ({ store, clock }) => {
    await store.beginSends([send('a', 'x')])
    clock.advance(1000)
    await store.applyRetention({ settled: 0, dead: 1000 })
    assert.equal((await store.readSends(['a'])).length, 1)
    clock.advance(1)
    await store.applyRetention({ settled: 0, dead: 1000 })
    assertEqual(await store.readSends(['a']), [])
  },
}
