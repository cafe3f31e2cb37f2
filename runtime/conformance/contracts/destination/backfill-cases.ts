/** Contract of a destination: lane `backfill` starts no automation and writes no attribute of today. */
import assert from 'node:assert/strict'
import { assertEqual } from '../assertions.ts'
import type { Cases } from '../cases.ts'
import type { DestinationHarness } from './destination-harness.ts'
import { event, events, profile } from './messages.ts'

export const backfillCases: Cases<DestinationHarness> = {
  'live events may start flows, alone and together': async ({ send, sendMany, received }) => {
    await send(event(9))
    await sendMany(events(3), 'live')
    assertEqual(
      (await received()).map(({ startsFlows }) => startsFlows),
      [true, true, true, true],
    )
  },

  'no event of history starts a flow': async ({ sendMany, received }) => {
    await sendMany(events(3), 'backfill')
    assertEqual(
      (await received()).map(({ startsFlows }) => startsFlows),
      [false, false, false],
    )
  },

  'the profile of an event of history has identifiers only': async ({ sendMany, received }) => {
    await sendMany(events(2), 'backfill')
    for (const { profile } of await received())
      assertEqual(
        Object.keys(profile).filter((name) => !['email', 'phone_number', 'external_id'].includes(name)),
        [],
      )
  },

  'a profile among the events of history is not written, and the events arrive': async (it) => {
    const results = await it.sendMany([event(1), profile(2), event(3)], 'backfill')
    assert.equal(results.length, 3)
    assert.equal((await it.received()).length, 2)
    assert.ok(
      it.network.requests.every(({ body }) => !body.includes('Ashgrove2')),
      'its name is in no request',
    )
  },
}
