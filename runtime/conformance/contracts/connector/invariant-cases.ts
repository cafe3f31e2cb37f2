/** What holds for a whole connector, whatever it maps. */
import assert from 'node:assert/strict'
import type { PreviewItem } from '../../../mapping/preview.ts'
import type { Json } from '../../../ports/types.ts'
import { openEnvelope } from '../../../source/envelope.ts'
import { assertEqual } from '../assertions.ts'
import type { ReceivedEvent } from '../destination/destination-harness.ts'
import { assertHoldsNone } from '../privacy.ts'
import { echo } from '../test-network.ts'
import type { ConnectorHarness, RecordedCase } from './connector-harness.ts'

/** What the destination takes. Absent: anything. */
export interface OutputLimits {
  /** Characters of a text. */
  readonly text?: number
  /** Properties of an event. */
  readonly properties?: number
  /** Bytes of a request. */
  readonly request?: number
}

export interface Expectations {
  readonly limits: OutputLimits
  /** Hosts that the connector may call, e.g. `api.example.com`. */
  readonly hosts: readonly string[]
  /** Texts of people, and secrets, in the cases and in what the sources answer. */
  readonly sensitive: readonly string[]
}

export type InvariantCase = (harness: ConnectorHarness, one: RecordedCase, expected: Expectations) => Promise<void>

const idsOf = (items: readonly PreviewItem[]) =>
  items.flatMap((item) => ('key' in item ? [{ metric: item.metric, key: item.key, time: item.time }] : []))
const keysOf = (events: readonly ReceivedEvent[]) => events.map(({ key }) => key).sort()

export const INVARIANTS: Readonly<Record<string, InvariantCase>> = {
  'has the same keys and times by webhook and by history': async ({ connector, network }, one) => {
    const { topic, workspace } = await openEnvelope(one.notification, connector.spec)
    const rest = { workspace, lookupFallback: 'source' } as const
    const live = await network.run(connector.preview({ topic, data: one.notification, ...rest }))
    const history = await network.run(connector.preview({ stream: one.stream, data: one.item, ...rest }))
    const [seen, read] = [idsOf(live.items), idsOf(history.items)]
    assert.ok(seen.length > 0, 'the notification makes an event')
    for (const item of seen) assertEqual(read.filter(({ key }) => key === item.key).slice(0, 1), [item])
  },

  'counts once, received again by webhook, by polls and by a replay': async (it, one) => {
    assert.equal(await it.notify(one.notification), 200)
    const first = keysOf(await it.received())
    assert.ok(first.length > 0, 'the notification makes an event')
    assert.equal(new Set(first).size, first.length)
    assert.equal(await it.notify(one.notification), 200)
    assertEqual(keysOf(await it.received()), first)
    await it.pollItem(one)
    const all = keysOf(await it.received())
    assert.equal(new Set(all).size, all.length, 'no key counts twice')
    for (const key of first) assert.ok(all.includes(key))
    await it.pollItem(one)
    await it.connector.store.replay('all')
    await it.work()
    assertEqual(keysOf(await it.received()), all)
  },

  'stays within the limits of the destination, with texts of any length': async (it, one, { limits }) => {
    const { text = Number.POSITIVE_INFINITY, properties: most = text, request = text } = limits
    const { id } = await openEnvelope(one.notification, it.connector.spec)
    await it.notify(lengthen(one.notification, id))
    for (const { properties } of await it.received()) {
      assert.ok(Object.keys(properties).length <= most, `${Object.keys(properties).length} properties`)
      for (const length of lengthsOf(properties)) assert.ok(length <= text, `a text of ${length} characters`)
    }
    assert.ok((await it.received()).length > 0, 'a long text does not cost the event')
    for (const { body } of it.network.requests) assert.ok(Buffer.byteLength(body) <= request)
  },

  'calls no host but those that it may': async (it, one, { hosts }) => {
    await it.notify(one.notification)
    await it.pollItem(one)
    const called = new Set(it.network.requests.map(({ url }) => new URL(url).host))
    assert.ok(called.size > 0, 'it calls a host')
    assertEqual(
      [...called].filter((host) => !hosts.includes(host)),
      [],
    )
  },

  'logs and stores no data of people in faults, whatever the APIs answer': async (it, one, { sensitive }) => {
    await it.notify(one.notification)
    for (const status of [400, 401, 404, 429, 500]) {
      it.network.answer(echo(status))
      await it.pollItem(one)
    }
    const { store } = it.connector
    const entries = [...(await store.listDeadLetters({ limit: 100 })), ...(await store.listUnsettled({ limit: 100 }))]
    const faults = entries.map(({ outcome, attempts }) => [outcome?.status === 'dead' && outcome.fault, attempts])
    assert.ok(it.log.length > 0, 'it logs something')
    assertHoldsNone([...it.log, JSON.stringify(faults)].join('\n'), sensitive)
  },
}

/** More than any API takes of one text. */
const LENGTH = 300_000

/** Every text with a blank, as people write them, is longer. */
function lengthen(value: Json | undefined, id: string | undefined): Json {
  if (typeof value === 'string') return value.includes(' ') && value !== id ? value.padEnd(LENGTH, ' and so on') : value
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map((one: Json) => lengthen(one, id))
  return Object.fromEntries(
    Object.entries(value).map(([name, one]: [string, Json | undefined]) => [name, lengthen(one, id)]),
  )
}

function lengthsOf(value: Json | undefined): readonly number[] {
  if (typeof value === 'string') return [value.length]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((one: Json | undefined) => lengthsOf(one))
}
