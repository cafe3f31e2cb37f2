/** Where an import ends and live delivery begins: nothing is lost between them, counted twice, or robbed of its flow. */
import { describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { liveSinceCheckpoint } from '../../../runtime/lib/checkpoint-names.ts'
import { findContactWithEmail, startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Conversation {
  readonly id: string
  /** Milliseconds from the start of the test. */
  readonly at: number
}

/** An Intercom that holds these conversations, and no tickets. */
async function startWith(conversations: readonly Conversation[]) {
  const queries: { until?: number }[] = []
  let destinationFails = false
  const harness = await startConnector({
    intercept: async (request) => {
      const { pathname, host } = new URL(request.url)
      if (destinationFails && host.includes('klaviyo') && pathname === '/api/events')
        return Response.json({ errors: [{ status: 503, code: 'unavailable' }] }, { status: 503 })
      if (pathname === '/tickets/search') return Response.json({ tickets: [], total_count: 0, pages: {} })
      if (pathname !== '/conversations/search') return undefined
      const text = await request.clone().text()
      const until = Number(/"created_at","operator":"<","value":(\d+)/.exec(text.replaceAll(' ', ''))?.[1])
      queries.push({ until })
      const found = conversations.map(itemOf).filter(({ created_at }) => created_at < until)
      return Response.json({ conversations: found, total_count: found.length, pages: {} })
    },
  })
  const { connector, clock, klaviyo, intercom, notify, store } = harness
  const start = clock.now()
  const { id: contact } = await findContactWithEmail(intercom)

  function itemOf({ id, at }: Conversation) {
    const created_at = Math.floor((start + at) / 1000)
    const author = { type: 'user', id: contact }
    const source = { type: 'conversation', id: `s${id}`, author, body: 'Hello', delivered_as: 'customer_initiated' }
    const contacts = { contacts: [{ type: 'contact', id: contact }] }
    return {
      type: 'conversation',
      id,
      created_at,
      updated_at: created_at,
      contacts,
      source,
      conversation_parts: { conversation_parts: [], total_count: 0 },
    }
  }

  return {
    ...harness,
    start,
    queries,
    failDestination(fails: boolean) {
      destinationFails = fails
    },
    /** The first webhooks of conversations and tickets arrived at this time. */
    async beginLive(at: number) {
      const topics = new Set(harness.spec.mappings.flatMap((mapping) => [...mapping.topics]))
      const value = start + at
      await store.writeCheckpoints([...topics].map((topic) => ({ name: liveSinceCheckpoint(topic), value })))
    },
    /** The webhook of a new conversation. */
    announce: (one: Conversation, change: object = {}) =>
      notify('conversation.user.created', itemOf(one), { id: `n${one.id}`, ...change }),
    async importHistory(options: Omit<BackfillOptions, 'signal'> = {}): Promise<BackfillProgress> {
      let last: BackfillProgress | undefined
      const run = async () => {
        const { signal } = new AbortController()
        for await (const progress of connector.backfill({ restart: true, ...options, signal })) last = progress
      }
      await clock.until(run())
      if (last === undefined) throw new Error('the import reported no progress')
      return last
    },
    /** The conversations that Klaviyo counts, oldest first, and whether each started a flow. */
    counted: () => {
      const events = [...klaviyo.events()].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
      return events.map(({ key, triggersFlows }) => [key?.split(':').at(-1), triggersFlows])
    },
  }
}

const every = (ms: number, count: number, from: number): Conversation[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${100 + index}`, at: from + index * ms }))

const quiet = (...ids: string[]) => ids.map((id) => [id, false])

describe('the moment live delivery begins', () => {
  const saved = async (created_at: number) => {
    const { notify, store, clock } = await startWith([])
    const first = clock.now()
    await notify('conversation.user.created', { id: '1' }, { created_at, id: 'a' })
    await clock.advance(MINUTE)
    await notify('conversation.user.created', { id: '2' }, { id: 'b' })
    return [await store.readCheckpoint(liveSinceCheckpoint('conversation.user.created', 'sandbox1')), first]
  }

  test.each([1, 4_000_000_000])(
    'is the first receipt of a topic, whatever time a notification has (%i)',
    async (at) => {
      const [value, first] = await saved(at)
      expect(value).toBe(first)
    },
  )

  test.each(['ping', 'conversation.something.new'])(
    'is not that of a topic that delivers nothing (%s)',
    async (topic) => {
      const { notify, store } = await startWith([])
      expect(await notify(topic, { id: '1' })).toBe(200)
      expect(await store.readCheckpoint(liveSinceCheckpoint(topic, 'sandbox1'))).toBeUndefined()
    },
  )

  test('is one of its own for each topic, also when their first webhooks arrive together', async () => {
    const { notify, store } = await startWith([])
    const topics = ['conversation.user.created', 'conversation.rating.added', 'ticket.created']
    await Promise.all(topics.map((topic) => notify(topic, { id: '1' })))
    for (const topic of topics)
      expect(await store.readCheckpoint(liveSinceCheckpoint(topic, 'sandbox1'))).toEqual(expect.any(Number))
  })

  test('is the same for the workspace once the store is pinned', async () => {
    const all = every(HOUR, 3, -3 * HOUR)
    const { announce, importHistory, work, counted, clock } = await startWith(all)
    await announce({ id: '102', at: -HOUR }, { id: 'first' })
    await work()
    await clock.advance(HOUR)
    // Before live began, as the store knows it since it was pinned: the rest is history's.
    expect((await importHistory()).eventsSent).toBe(2)
    expect(counted()).toEqual([
      ['100', false],
      ['101', false],
      ['102', true],
    ])
  })
})

describe('an import', () => {
  test('brings what lies between the first webhook of contacts and that of conversations', async () => {
    const all = every(4 * HOUR, 60, -10 * DAY)
    const { notify, announce, importHistory, counted, clock, work } = await startWith(all)
    await clock.advance(0)
    await notify('contact.user.updated', { type: 'contact', id: 'c' }, { created_at: 1 })
    await work()
    const newest = { id: '999', at: 5_000 }
    await announce(newest)
    await work()
    const last = await importHistory()
    expect(last).toMatchObject({ phase: 'done', eventsSent: 60, dead: 0 })
    expect(counted().filter(([, triggersFlows]) => triggersFlows)).toEqual([['999', true]])
  })

  test('brings all history although the first webhook claims to be from 1970', async () => {
    const all = every(HOUR, 48, -2 * DAY)
    const { announce, importHistory, work } = await startWith(all)
    await announce({ id: '999', at: 0 }, { created_at: 1 })
    await work()
    expect(await importHistory()).toMatchObject({ phase: 'done', eventsSent: 48 })
  })

  test('reads until now, and brings what a process missed that was down for two days', async () => {
    const missed = every(HOUR, 48, -3 * DAY)
    const recent = [{ id: '500', at: -HOUR }]
    const { beginLive, importHistory, counted, queries, start } = await startWith([...missed, ...recent])
    await beginLive(-30 * DAY)
    const last = await importHistory()
    expect(queries.at(-1)?.until).toBe(Math.ceil(start / 1000))
    // The last one is recent: its webhook may still arrive, and start its flow.
    expect(last).toMatchObject({ phase: 'done', eventsSent: 48, skipped: { 'after-live-began': 1 } })
    expect(counted()).toEqual(quiet(...missed.map(({ id }) => id)))
    expect(last.window.untilByMetric).toMatchObject({ 'Created Conversation': start - DAY })
  })

  test('counts nothing again that came live', async () => {
    const all = every(MINUTE, 5, -10 * MINUTE)
    const { beginLive, announce, importHistory, counted, work, clock, klaviyo } = await startWith(all)
    await beginLive(-HOUR)
    for (const one of all) await announce(one)
    await work()
    await clock.advance(2 * DAY)
    expect(await importHistory()).toMatchObject({ eventsSent: 0, alreadySent: 5 })
    expect(counted()).toEqual(all.map(({ id }) => [id, true]))
    expect(klaviyo.summary().duplicates).toBe(0)
  })

  test('before live delivery begins brings all, and ends at its own start', async () => {
    const all = [...every(HOUR, 3, -3 * HOUR), { id: '900', at: MINUTE }]
    const { importHistory, counted, announce, work, clock } = await startWith(all)
    expect(await importHistory()).toMatchObject({ eventsSent: 3 })
    await clock.advance(MINUTE)
    await announce({ id: '900', at: MINUTE })
    await work()
    expect(counted()).toEqual([...quiet('100', '101', '102'), ['900', true]])
  })
})

describe('a chosen window', () => {
  const outage = every(10 * MINUTE, 12, -20 * HOUR)
  const window = (start: number) => ({ since: start - 20 * HOUR, until: start - 18 * HOUR })

  test('of an outage of two hours yesterday is honoured, without flows', async () => {
    const outside = [
      { id: '1', at: -21 * HOUR },
      { id: '2', at: -17 * HOUR },
    ]
    const { beginLive, importHistory, counted, start } = await startWith([...outage, ...outside])
    await beginLive(-30 * DAY)
    const last = await importHistory(window(start))
    expect(last).toMatchObject({ phase: 'done', eventsSent: 12, window: { ...window(start), untilChosen: true } })
    expect(last.window.untilByMetric).toBeUndefined()
    expect(counted()).toEqual(quiet(...outage.map(({ id }) => id)))
  })

  test.each([
    ['since alone, after live began', (start: number) => ({ since: start - 20 * HOUR })],
    ['until alone', (start: number) => ({ until: start - 18 * HOUR })],
  ])('by %s is honoured', async (_, options) => {
    const { beginLive, importHistory, start } = await startWith(outage)
    await beginLive(-30 * DAY)
    expect(await importHistory(options(start))).toMatchObject({ eventsSent: 12 })
  })

  test('since long before live began leaves recent events to live delivery', async () => {
    const { beginLive, importHistory, start } = await startWith(outage)
    await beginLive(-30 * DAY)
    const last = await importHistory({ since: start - 60 * DAY })
    expect(last).toMatchObject({ eventsSent: 0, skipped: { 'after-live-began': 12 } })
  })

  test('leaves the last minutes to webhooks that are on their way', async () => {
    const all = [
      { id: '1', at: -HOUR },
      { id: '2', at: -MINUTE },
    ]
    const { beginLive, importHistory, announce, work, counted, start } = await startWith(all)
    await beginLive(-30 * DAY)
    const last = await importHistory({ until: start + DAY })
    expect(last).toMatchObject({ eventsSent: 1, skipped: { 'after-live-began': 1 } })
    expect(last.window.untilByMetric).toMatchObject({ 'Created Conversation': start - 10 * MINUTE })
    await announce({ id: '2', at: -MINUTE })
    await work()
    expect(counted()).toEqual([
      ['1', false],
      ['2', true],
    ])
  })

  test('leaves an event to the webhook that is still being delivered, and brings the others', async () => {
    const { beginLive, importHistory, announce, counted, clock, start, connector, klaviyo, failDestination } =
      await startWith(outage)
    await beginLive(-30 * DAY)
    failDestination(true)
    const waiting = outage.slice(0, 3)
    for (const one of waiting) await announce(one)
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    const importing = importHistory(window(start))
    await clock.advance(2 * MINUTE)
    expect(counted()).toEqual(quiet(...outage.slice(3).map(({ id }) => id)))
    failDestination(false)
    expect(await importing).toMatchObject({ phase: 'done', eventsSent: 9, alreadySent: 3, dead: 0 })
    stop.abort()
    await clock.until(working)
    expect(counted()).toEqual(outage.map(({ id }, index) => [id, index < 3]))
    expect(klaviyo.summary().duplicates).toBe(0)
  })

  test('is refused for an unfinished import of another one', async () => {
    const { connector, clock, start } = await startWith(outage)
    const stop = new AbortController()
    stop.abort()
    const run = async (until: number, signal = new AbortController().signal) => {
      for await (const _ of connector.backfill({ until, signal }));
    }
    await clock.until(run(start - HOUR, stop.signal))
    await expect(clock.until(run(start - 2 * HOUR))).rejects.toMatchObject({ code: 'backfill/options-changed' })
    await clock.until(run(start - HOUR))
  })
})
