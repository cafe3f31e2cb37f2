/** Contract of a destination: batches, sizes, fitting and previews. */
import assert from 'node:assert/strict'
import { type Json, LANES } from '../../../ports/types.ts'
import { assertEqual } from '../assertions.ts'
import { type Cases, createEach } from '../cases.ts'
import { assertHoldsNone, PERSONAL } from '../privacy.ts'
import type { DestinationHarness } from './destination-harness.ts'
import { event, events, profile } from './messages.ts'

const each = createEach<DestinationHarness>()

/** Longer than any API takes. */
const LONG = 'parcel '.repeat(1_000_000)
const long = () => event(1, { properties: { Number: 1, Transcript: LONG } })

/** At most this many are sent to prove the limits of a batch. */
const MANY = 5_000

export const limitCases: Cases<DestinationHarness> = {
  'the limits of a batch are whole positive numbers': async ({ destination: { batch } }) => {
    for (const limit of [batch.events, batch.bytes]) assert.ok(limit >= 1 && Math.floor(limit) === limit)
  },

  'a full batch of history is one request': async ({ destination, sendMany, network }) => {
    const messages = events(Math.min(destination.batch.events, MANY))
    const bytes = messages.reduce((sum, message) => sum + destination.sizeOf(message, 'backfill'), 0)
    assert.ok(bytes <= destination.batch.bytes, `${messages.length} small events are ${bytes} bytes`)
    await sendMany(messages, 'backfill')
    assert.equal(network.requests.length, 1)
  },

  'more events than a batch arrive in more requests, each once': async ({
    destination,
    sendMany,
    network,
    received,
  }) => {
    const count = Math.min(destination.batch.events, MANY) + 1
    const results = await sendMany(events(count), 'backfill')
    assert.equal(results.length, count)
    assert.equal(new Set((await received()).map(({ key }) => key)).size, count)
    assert.equal((await received()).length, count)
    if (count > destination.batch.events) assert.ok(network.requests.length > 1)
  },

  ...each(
    LANES,
    (lane) => `the size of an event in lane ${lane} grows with its texts`,
    async ({ destination }, lane) => {
      const small = destination.sizeOf(event(1), lane)
      const large = destination.sizeOf(event(1, { properties: { Number: 1, Title: 'parcel '.repeat(1000) } }), lane)
      assert.ok(small > 0, `a small event has ${small} bytes`)
      assert.ok(large - small >= 5_000, `7,000 characters more are ${large - small} bytes more`)
    },
  ),

  'a small message fits unchanged': async ({ destination }) => {
    for (const message of [event(1), profile(1)]) {
      const { message: fitted, changes } = destination.fit(message)
      assertEqual(changes, [])
      assertEqual(fitted, message)
    }
  },

  'what is shortened is told: its path, without its text': async ({ destination }) => {
    const { message, changes } = destination.fit(long())
    const [before, after] = [long(), message].map((one) => JSON.stringify(one).length)
    assert.ok(changes.length > 0 || before === after, 'a shorter message tells its changes')
    for (const { field, reason } of changes) {
      assert.match(field, /^(properties|profile)/)
      assertHoldsNone(`${field} ${reason}`, PERSONAL)
    }
  },

  'fitting is idempotent': async ({ destination }) => {
    const once = destination.fit(long()).message
    const twice = destination.fit(once)
    assertEqual(twice.message, once)
    assertEqual(twice.changes, [])
  },

  'a message that is too long arrives as fitting shows it, and its receipt tells the changes': async (it) => {
    const { message, changes } = it.destination.fit(long())
    assertEqual((await it.send(long())).changes ?? [], changes)
    const sent = (await it.received())[0]?.properties.Transcript
    assertEqual(sent, message.kind === 'event' ? message.properties.Transcript : undefined)
  },

  ...each(
    LANES,
    (lane) => `previews in lane ${lane} send nothing, and are the bodies that are sent`,
    async ({ destination, sendMany, network }, lane) => {
      const messages = events(1)
      const bodies = await destination.previewBodies(messages, lane)
      await network.clock.advance(1_000)
      assertEqual(network.requests, [])
      await sendMany(messages, lane)
      const [preview, ...others] = bodies.map((body) => JSON.stringify(body))
      const sent = network.requests.map(({ body }) => body)
      assertEqual(others, [])
      assert.ok(preview?.includes(messages[0]?.key ?? ''), 'the preview has the key of the event')
      if (lane === 'backfill')
        assertEqual(
          sent.map((body) => JSON.parse(body) as Json),
          bodies,
        )
    },
  ),
}
