/** Contract of a destination: a result for each message, in order, and each message once. */
import assert from 'node:assert/strict'
import { Fault } from '../../../ports/fault.ts'
import { LANES } from '../../../ports/types.ts'
import { any, assertEqual, assertMatches } from '../assertions.ts'
import { type Cases, createEach } from '../cases.ts'
import type { DestinationHarness } from './destination-harness.ts'
import { event, events, profile } from './messages.ts'

const each = createEach<DestinationHarness>()

const keysOf = (messages: readonly { readonly key: string }[]) => messages.map(({ key }) => key)

export const resultCases: Cases<DestinationHarness> = {
  'an event arrives with its key, metric, time and properties, and has a receipt': async ({ send, received }) => {
    const one = event(1)
    assertMatches(await send(one), { status: any('number') })
    const [arrived, ...others] = await received()
    assertMatches(arrived, { key: one.key, metric: one.metric, properties: { Title: one.properties.Title } })
    assert.equal(Date.parse(arrived?.time ?? ''), Date.parse(one.time))
    assertEqual(others, [])
  },

  'a profile has a receipt and is no event': async ({ send, received }) => {
    assertMatches(await send(profile(1)), { status: any('number') })
    assertEqual(await received(), [])
  },

  'an event carries the profile of the moment at which it is sent': async ({ send, received }) => {
    const { profile: other } = event(2)
    await send(event(1, { currentProfile: () => other }))
    assert.equal((await received())[0]?.profile.email, other.email)
  },

  ...each(
    LANES,
    (lane) => `several events in lane ${lane} have a receipt each, and arrive once each`,
    async ({ sendMany, received, network }, lane) => {
      const messages = events(5)
      const results = await sendMany(messages, lane)
      assertMatches(
        results,
        messages.map(() => ({ status: any('number') })),
      )
      for (const { key } of messages)
        assert.ok(network.requests.filter(({ body }) => body.includes(key)).length <= 1, `${key} is in one request`)
      assertEqual(keysOf(await received()).sort(), keysOf(messages))
    },
  ),

  ...each(
    LANES,
    (lane) => `an event that is twice in one call in lane ${lane} counts once and has two receipts`,
    async ({ sendMany, received }, lane) => {
      const results = await sendMany([event(1), event(2), event(1)], lane)
      assert.equal(results.filter((result) => !(result instanceof Fault)).length, 3)
      assertEqual(keysOf(await received()).sort(), keysOf([event(1), event(2)]))
    },
  ),

  'no messages: no result and no request': async ({ sendMany, network }) => {
    for (const lane of LANES) assertEqual(await sendMany([], lane), [])
    assertEqual(network.requests, [])
  },

  ...each(
    LANES,
    (lane) =>
      `in lane ${lane} an event without an identifier is a fault of kind data in its place, its neighbours arrive`,
    async ({ sendMany, received }, lane) => {
      const [first, wrong, last] = await sendMany([event(1), event(2, { profile: {} }), event(3)], lane)
      assert.ok(wrong instanceof Fault, 'the second result is a Fault')
      assert.equal(wrong.kind, 'data')
      for (const result of [first, last]) assert.ok(!(result instanceof Fault), 'the neighbours have receipts')
      assertEqual(keysOf(await received()).sort(), keysOf([event(1), event(3)]))
    },
  ),

  'an aborted signal ends a call without an answer, and no request follows': async ({ destination, network }) => {
    network.answer(() => 'never')
    const stop = new AbortController()
    const ends = [
      destination.send(event(1), stop.signal),
      destination.sendMany(events(3), 'backfill', stop.signal).then((results) => {
        if (results.every((result) => result instanceof Fault)) throw results[0]
      }),
    ]
    const ended = Promise.allSettled(ends)
    for (let turn = 0; turn < 20 && network.requests.length < 2; turn++) await network.clock.advance(0)
    const before = network.requests.length
    assert.ok(before > 0, 'requests are under way')
    stop.abort()
    for (let turn = 0; turn < 20; turn++) await network.clock.advance(0)
    const settled = await Promise.race([ended, network.clock.advance(0).then(() => 'still under way')])
    assertMatches(settled, [{ status: 'rejected' }, { status: 'rejected' }])
    assert.equal(network.requests.length, before)
  },
}
