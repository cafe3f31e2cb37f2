/** Reconciliation: whatever webhooks are lost, late or repeated, one pass later every event is counted once. */
import { describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { readReconcileState } from '../../../runtime/reconcile/state.ts'
import type { ReconcilePass } from '../../../runtime/reconcile/types.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type Fate = 'arrives' | 'lost'

/** A shop whose webhooks arrive by `fate`, asked for each; lost ones get no retry either. */
async function openShop(fate: (topic: string, number: number) => Fate, options: HarnessOptions = {}) {
  const clock = virtualClock()
  let number = 0
  const shop: Awaited<ReturnType<typeof startConnector>> = await startConnector({
    conversations: 30,
    tickets: 20,
    clock,
    activityRandom: lcg(7),
    webhookUrl: () => 'http://localhost/webhooks/intercom',
    fetch: async (request) => {
      const { topic } = (await request.clone().json()) as { topic: string }
      if (fate(topic, ++number) === 'lost') return new Response(null, { status: 200 })
      return shop.connector.receive(request)
    },
    ...options,
  })
  /** Lets `actions` things happen in Intercom, seven seconds apart. */
  const happen = async (actions: number) => {
    for (let i = 0; i < actions; i++) {
      await clock.until(shop.intercom.act())
      await clock.advance(7_000)
    }
  }
  const reconcile = async (window = {}): Promise<ReconcilePass> => {
    const { signal } = new AbortController()
    const pass = await clock.until(shop.connector.reconcile({ ...window, signal }))
    await shop.work(5 * MINUTE)
    if (pass === undefined) throw new Error('another process reconciles')
    return pass
  }
  /** Metric, time and key of each event in Klaviyo, without readings, which Intercom does not keep. */
  const events = () =>
    shop.klaviyo
      .events()
      .filter(({ metric }) => metric !== 'Read Conversation')
      .map(({ metric, time, key }) => `${metric} ${time} ${key}`)
      .sort()
  return { ...shop, clock, happen, reconcile, events }
}

function lcg(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

const ACTIONS = 60

/** The events of a run in which every webhook arrives. */
async function undisturbed(actions = ACTIONS) {
  const shop = await openShop(() => 'arrives')
  await shop.reconcile()
  await shop.happen(actions)
  await shop.work(5 * MINUTE)
  return shop.events()
}

describe('what no webhook reported', () => {
  test.each<[string, (topic: string, number: number) => Fate]>([
    ['all webhooks lost', () => 'lost'],
    ['every third lost', (_, n) => (n % 3 === 0 ? 'lost' : 'arrives')],
    ['tickets lost', (topic) => (topic.startsWith('ticket.') ? 'lost' : 'arrives')],
    ['replies lost', (topic) => (topic === 'conversation.user.replied' ? 'lost' : 'arrives')],
    ['none lost', () => 'arrives'],
  ])('%s: one pass later every event is in Klaviyo once, live', async (_, fate) => {
    const expected = await undisturbed()
    const shop = await openShop(fate)
    await shop.reconcile()
    await shop.happen(ACTIONS)
    await shop.work(5 * MINUTE)
    await shop.clock.advance(3 * MINUTE) // the lag
    await shop.reconcile()
    expect(shop.events()).toEqual(expected)
    expect(shop.klaviyo.summary()).toMatchObject({ duplicates: 0, refused: 0 })
    const finds = (await shop.store.tallies('reconcile')).filter(({ status }) => status === 'delivered')
    const found = finds.filter(({ metric }) => metric !== 'Profile').reduce((sum, { count }) => sum + count, 0)
    if (_ === 'none lost') expect(found).toBe(0)
    else expect(found).toBeGreaterThan(0)
  })

  test('an event older than the live window goes as history', async () => {
    const shop = await openShop(() => 'lost')
    await shop.reconcile()
    await shop.happen(20)
    await shop.clock.advance(25 * HOUR)
    await shop.reconcile()
    expect(shop.events().length).toBeGreaterThan(5)
    expect(shop.klaviyo.summary()).toMatchObject({ flowTriggering: 0 })
  })
})

test('a second pass finds nothing, and with nothing changed it is three calls', async () => {
  const shop = await openShop(() => 'lost')
  await shop.reconcile()
  await shop.happen(20)
  await shop.clock.advance(3 * MINUTE)
  await shop.reconcile()
  const before = { events: shop.events().length, calls: total(shop.intercom.calls()) }
  await shop.clock.advance(HOUR)
  const pass = await shop.reconcile()
  expect(pass.streams.map(({ added }) => added)).toEqual([0, 0, 0])
  expect(total(shop.intercom.calls()) - before.calls).toBe(3)
  expect(shop.events()).toHaveLength(before.events)
})

const total = (calls: Readonly<Record<string, number>>) =>
  Object.entries(calls).reduce((sum, [call, count]) => (call.endsWith('/search') ? sum + count : sum), 0)

test('a source that ignores the order of changes: a pass that ends early begins at the same place again', async () => {
  const spec = await loadConnectorSpec()
  const streams = new Map([...spec.streams].map(([name, it]) => [name, { ...it, pageSize: { max: 5, min: 1 } }]))
  const shop = await openShop(() => 'lost', {
    connector: { settings: { spec: { ...spec, streams } } },
    intercept: async (request) => {
      if (!request.url.endsWith('/search')) return undefined
      const body = (await request.clone().text()).replace('ascending', 'descending')
      return shop.intercom.fetch(new Request(request, { body }))
    },
  })
  await shop.reconcile()
  await shop.happen(ACTIONS)
  await shop.clock.advance(3 * MINUTE)
  const position = async () => (await readReconcileState(shop.store)).readUntil
  const before = await position()
  const stop = new AbortController()
  const append = shop.store.append.bind(shop.store)
  shop.store.append = async (...args) => {
    if (args[0].length > 0) stop.abort()
    return append(...args)
  }
  await shop.clock.until(shop.connector.reconcile({ signal: stop.signal }))
  expect(stop.signal.aborted).toBe(true)
  expect(await position()).toEqual(before)
  shop.store.append = append
  await shop.reconcile()
  expect(shop.events()).toEqual(await undisturbed())
})

test('a window of its own hides nothing from the next pass, and does not count for it', async () => {
  const shop = await openShop((topic) => (topic === 'conversation.user.replied' ? 'lost' : 'arrives'))
  await shop.reconcile()
  const last = await shop.connector.lastReconcile()
  // Many conversations change after their last reply.
  await shop.happen(200)
  const end = shop.clock.now()
  await shop.clock.advance(3 * MINUTE)
  await shop.reconcile({ since: end - 3 * MINUTE, until: end })
  expect(await shop.connector.lastReconcile()).toEqual(last)
  await shop.reconcile()
  expect(shop.events()).toEqual(await undisturbed(200))
})

test('a reply is found in a conversation without statistics', async () => {
  const shop = await openShop(() => 'lost', {
    intercept: async (request) => {
      if (!request.url.endsWith('/conversations/search')) return undefined
      const page = (await (await shop.intercom.fetch(request)).json()) as { conversations: object[] }
      return Response.json({ ...page, conversations: page.conversations.map((it) => ({ ...it, statistics: null })) })
    },
  })
  await shop.reconcile()
  await shop.happen(ACTIONS)
  await shop.clock.advance(3 * MINUTE)
  await shop.reconcile()
  expect(shop.events()).toEqual(await undisturbed())
})
