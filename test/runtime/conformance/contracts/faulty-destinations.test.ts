/** Destinations with one planted fault each fail the contract, at a case whose name tells the fault. */
import { expect, test } from 'vitest'
import { createKlaviyoDestination } from '../../../../connector/klaviyo/destination.ts'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import type { DestinationFactory } from '../../../../runtime/conformance/contracts/destination/destination-harness.ts'
import { destinationContract } from '../../../../runtime/conformance/contracts/destination/test-destination.ts'
import type { Destination } from '../../../../runtime/ports/destination.ts'
import { Fault } from '../../../../runtime/ports/fault.ts'
import type { OutgoingMessage } from '../../../../runtime/ports/types.ts'
import { silentLogger } from '../../../../runtime/system.ts'
import { klaviyoUnderTest } from './klaviyo-under-test.ts'

const { destination: spec } = await loadConnectorSpec()
const rich = (message: OutgoingMessage) =>
  message.kind === 'event' ? { ...message, properties: { ...message.properties, Source: 'x' } } : message

const faults: readonly [fault: string, plant: (it: Destination) => Partial<Destination>, failing: string][] = [
  [
    'drops the last event of several',
    (it) => ({
      sendMany: async (messages, lane, signal) => {
        const results = await it.sendMany(messages.slice(0, Math.max(1, messages.length - 1)), lane, signal)
        return messages.map((_, i) => results[i] ?? { status: 202 })
      },
    }),
    'several events in lane live have a receipt each, and arrive once each',
  ],
  [
    'sends a batch twice',
    (it) => ({
      sendMany: async (messages, lane, signal) => {
        await it.sendMany(messages, lane, signal)
        return it.sendMany(messages, lane, signal)
      },
    }),
    'several events in lane backfill have a receipt each, and arrive once each',
  ],
  [
    'answers in another order',
    (it) => ({
      sendMany: async (...args) =>
        (await it.sendMany(...args))
          .toReversed()
          .slice(1)
          .concat([{ status: 202 }]),
    }),
    'in lane live an event without an identifier is a fault of kind data in its place, its neighbours arrive',
  ],
  [
    'throws for all when one event is wrong',
    (it) => ({
      sendMany: async (...args) => {
        const results = await it.sendMany(...args)
        for (const result of results) if (result instanceof Fault) throw result
        return results
      },
    }),
    'in lane backfill an event without an identifier is a fault of kind data in its place, its neighbours arrive',
  ],
  [
    'sends history in lane live',
    (it) => ({ sendMany: (messages, _, signal) => it.sendMany(messages, 'live', signal) }),
    'no event of history starts a flow',
  ],
  [
    'sends live events as history',
    (it) => ({ sendMany: (messages, _, signal) => it.sendMany(messages, 'backfill', signal) }),
    'live events may start flows, alone and together',
  ],
  [
    'ignores the signal',
    (it) => ({
      send: (message) => it.send(message, new AbortController().signal),
    }),
    'an aborted signal ends a call without an answer, and no request follows',
  ],
  [
    'reads the profile too early',
    (it) => ({
      send: (message, signal) => {
        const { currentProfile: _, ...rest } = message
        return it.send(rest, signal)
      },
    }),
    'an event carries the profile of the moment at which it is sent',
  ],
  [
    'previews by sending',
    (it) => ({
      previewBodies: (messages, lane) => {
        void it.sendMany(messages, lane, new AbortController().signal)
        return it.previewBodies(messages, lane)
      },
    }),
    'previews in lane live send nothing, and are the bodies that are sent',
  ],
  [
    'previews another body',
    (it) => ({ previewBodies: (messages, lane) => it.previewBodies(messages.map(rich), lane) }),
    'previews in lane backfill send nothing, and are the bodies that are sent',
  ],
  [
    'does not tell what it shortens',
    (it) => ({ fit: (message) => ({ ...it.fit(message), changes: [] }) }),
    'what is shortened is told: its path, without its text',
  ],
  [
    'fits a message further each time',
    (it) => ({ fit: (message) => ({ ...it.fit(message), message: rich(rich(it.fit(message).message)) }) }),
    'a small message fits unchanged',
  ],
  ['measures no message', () => ({ sizeOf: () => 0 }), 'the size of an event in lane live grows with its texts'],
  [
    'promises larger batches than it sends',
    (it) => ({ batch: { events: it.batch.events + 1, bytes: it.batch.bytes } }),
    'a full batch of history is one request',
  ],
  [
    'takes every refusal for a transient one',
    (it) => ({
      send: (message, signal) =>
        it.send(message, signal).catch((error: Fault) => {
          throw new Fault('transient', error.code, error.message)
        }),
    }),
    '401 is a fault of kind config, with a stable code and nothing of the person',
  ],
  [
    'quotes the request in its faults',
    (it) => ({
      send: (message, signal) =>
        it.send(message, signal).catch((error: Fault) => {
          throw new Fault(error.kind, error.code, `${error.message}: ${JSON.stringify(message)}`)
        }),
    }),
    '503 is a fault of kind transient, with a stable code and nothing of the person',
  ],
  [
    'throws what is no fault',
    (it) => ({
      send: (message, signal) =>
        it.send(message, signal).catch(() => {
          throw new Error('failed')
        }),
    }),
    '500 is a fault of kind transient, with a stable code and nothing of the person',
  ],
]

const klaviyo = klaviyoUnderTest((options) =>
  createKlaviyoDestination({ ...options, spec, apiKey: 'pk_test', random: () => 0.5, logger: silentLogger }),
)

test.each(faults)('%s', async (_, plant, failing) => {
  const make: DestinationFactory = async (options) => {
    const under = await klaviyo(options)
    const planted = plant(under.destination)
    const destination = new Proxy(under.destination, {
      get: (target, name) => {
        const member: unknown = Reflect.get(planted, name) ?? Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    return { ...under, destination }
  }
  const cases = destinationContract(make).filter(({ name }) => name === failing)
  expect(cases).toHaveLength(1)
  for (const one of cases) await expect(one.run()).rejects.toThrow()
})
