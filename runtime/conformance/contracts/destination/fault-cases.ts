/** Contract of a destination: refusals are faults of the right kind, and hold nothing of people. */
import assert from 'node:assert/strict'
import { Fault, type FaultKind } from '../../../ports/fault.ts'
import { LANES } from '../../../ports/types.ts'
import { assertEqual } from '../assertions.ts'
import { type Cases, createEach } from '../cases.ts'
import { assertIsSafe } from '../privacy.ts'
import { type Answer, echo } from '../test-network.ts'
import type { DestinationHarness } from './destination-harness.ts'
import { event, events, profile } from './messages.ts'

const each = createEach<DestinationHarness>()

const brokenNetwork: Answer = ({ body }) => {
  throw new TypeError(`fetch failed: ${body}`)
}
/** What retries, people and the console do depends on the kind. */
const refusals: readonly [how: string, answer: Answer, kind: FaultKind][] = [
  ['401', echo(401), 'config'],
  ['403', echo(403), 'config'],
  ['400', echo(400), 'data'],
  ['429 for an hour', echo(429, { 'retry-after': '3600' }), 'transient'],
  ['500', echo(500), 'transient'],
  ['503', echo(503), 'transient'],
  ['a page of a proxy', ({ body }) => new Response(`<html>${body}</html>`, { status: 502 }), 'transient'],
  ['a broken network', brokenNetwork, 'transient'],
]

export const faultCases: Cases<DestinationHarness> = {
  ...each(
    refusals,
    ([how, , kind]) => `${how} is a fault of kind ${kind}, with a stable code and nothing of the person`,
    async ({ network, faultOf }, [, answer, kind]) => {
      network.answer(answer)
      for (const message of [event(1), profile(1)]) {
        const fault = await faultOf(message)
        assert.equal(fault.kind, kind)
        assertIsSafe(fault)
      }
    },
  ),

  ...each(
    LANES,
    (lane) => `a refusal of a whole request in lane ${lane} is a fault of each of its events`,
    async ({ network, sendMany }, lane) => {
      network.answer(echo(503))
      const results = await sendMany(events(3), lane)
      assertEqual(
        results.map((result) => result instanceof Fault && result.kind),
        ['transient', 'transient', 'transient'],
      )
      for (const result of results) if (result instanceof Fault) assertIsSafe(result)
    },
  ),

  'no answer in time is a transient fault': async ({ network, faultOf }) => {
    network.answer(() => 'never')
    assert.equal((await faultOf(event(1))).kind, 'transient')
  },

  'an event that cannot be sent costs no request and is a fault of kind data': async ({ network, faultOf }) => {
    const fault = await faultOf(event(1, { profile: {} }))
    assert.equal(fault.kind, 'data')
    assertIsSafe(fault)
    assertEqual(network.requests, [])
  },
}
