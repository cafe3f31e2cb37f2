/** Imports of history: the same result after any interruption, no duplicates, no flows started, few requests. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { type VirtualClock, virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Connector } from '../../../runtime/connector.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

async function runs(
  connector: Connector,
  clock: VirtualClock,
  asked: Omit<BackfillOptions, 'signal'> = {},
  watch: (progress: BackfillProgress, stop: AbortController) => void = () => undefined,
): Promise<BackfillProgress> {
  const stop = new AbortController()
  const all = (async () => {
    let last: BackfillProgress | undefined
    for await (const progress of connector.backfill({ ...asked, signal: stop.signal })) {
      last = progress
      watch(progress, stop)
    }
    if (last === undefined) throw new Error('the import reported no progress')
    return last
  })()
  return clock.until(all)
}

async function imported(options: HarnessOptions = {}, asked: Omit<BackfillOptions, 'signal'> = {}) {
  const shop = await startConnector(options)
  const last = await runs(shop.connector, shop.clock, asked)
  return {
    ...shop,
    last,
    keys: shop.klaviyo
      .events()
      .map(({ key }) => key)
      .sort(),
  }
}

test('history is delivered once, within its window, with identifiers only and without flows', async () => {
  const { last, klaviyo, keys } = await imported()
  expect(last).toMatchObject({ phase: 'done', dead: 0, waiting: 0 })
  expect(keys.length).toBeGreaterThan(80)
  expect(new Set(keys).size).toBe(keys.length)
  expect(last.eventsSent).toBe(keys.length)
  expect(klaviyo.summary()).toMatchObject({ flowTriggering: 0, duplicates: 0, refused: 0 })
  for (const { profile, backfill } of klaviyo.events()) {
    expect(Object.keys(profile).every((name) => name === 'email' || name === 'phone_number')).toBe(true)
    expect(backfill).toEqual({ entry: true, event: true })
  }
})

test('sends the last, partly filled bulk request after the last page', async () => {
  let read = 0
  const shop = await startConnector()
  const last = await runs(shop.connector, shop.clock, {}, ({ phase, elapsed }) => {
    if (phase === 'reading') read = elapsed
  })
  expect(last.elapsed - read).toBeLessThan(1_500)
})

test('resumes after any number of interruptions and sends the same events as one run', async () => {
  const options = { conversations: 160, tickets: 60 }
  const whole = await imported(options)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }), async (stops) => {
      const shop = await startConnector(options)
      for (const after of stops) {
        let told = 0
        await runs(shop.connector, shop.clock, {}, (_, stop) => {
          if (told++ >= after) stop.abort()
        })
      }
      const last = await runs(shop.connector, shop.clock)
      expect(last.phase).toBe('done')
      expect(
        shop.klaviyo
          .events()
          .map(({ key }) => key)
          .sort(),
      ).toEqual(whole.keys)
      expect(last.streams.map(({ recordsRead }) => recordsRead)).toEqual(
        whole.last.streams.map(({ recordsRead }) => recordsRead),
      )
    }),
    { numRuns: 6, seed: 7 },
  )
}, 60_000)

describe('--restart', () => {
  test('reads everything again and counts nothing twice', async () => {
    const shop = await imported()
    const again = await runs(shop.connector, shop.clock, { restart: true })
    expect(again).toMatchObject({
      phase: 'done',
      eventsSent: 0,
      alreadySent: shop.last.eventsSent,
    })
    expect(shop.klaviyo.summary()).toMatchObject({ events: shop.last.eventsSent, duplicates: 0 })
  })

  test('with other dates or metrics drops pending records of the earlier run', async () => {
    const shop = await startConnector()
    await runs(shop.connector, shop.clock, {}, ({ waiting }, stop) => waiting > 0 && stop.abort())
    const before = shop.klaviyo.summary().byMetric['Created Conversation'] ?? 0
    const last = await runs(shop.connector, shop.clock, { restart: true, only: ['Resolved Ticket'] })
    expect(last).toMatchObject({ phase: 'done', waiting: 0 })
    expect(shop.klaviyo.summary().byMetric['Created Conversation'] ?? 0).toBe(before)
  })

  test('counts nothing twice even from an empty store: the keys are the same', async () => {
    const first = await imported()
    const clock = virtualClock()
    const other = await startConnector({
      connector: { store: memoryStore({ clock }) },
      clock,
      intercept: (request) => (request.url.includes('klaviyo') ? first.klaviyo.fetch(request) : undefined),
    })
    await runs(other.connector, clock)
    expect(first.klaviyo.summary()).toMatchObject({ events: first.last.eventsSent, duplicates: first.last.eventsSent })
  })
})

describe('the window', () => {
  test('begins at `since`, whatever the age of the conversation', async () => {
    const since = virtualClock().now() - 60 * 86_400_000
    const whole = await imported()
    const { klaviyo, keys } = await imported({}, { since })
    const late = whole.klaviyo.events().filter(({ time }) => Date.parse(time) >= since)
    expect(keys).toEqual(late.map(({ key }) => key).sort())
    expect(klaviyo.events().length).toBeGreaterThan(0)
  })
})

describe('the selection of metrics', () => {
  test.each([
    ['Resolved Tickets', /the spec does not have; did you mean "Resolved Ticket"\?$/],
    ['Read Conversation', /has no history to import: it is live only$/],
  ])('refuses %s: an import that reads nothing must not end as done', async (metric, message) => {
    const refused = await imported({}, { only: ['Resolved Ticket', metric] }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: 'config', code: 'backfill/unknown-metric' })
    expect(String(refused)).toMatch(message)
  })

  test('reads only the streams of the selected metrics', async () => {
    const { intercom, klaviyo } = await imported({}, { only: ['Resolved Ticket'] })
    expect(Object.keys(klaviyo.summary().byMetric)).toEqual(['Resolved Ticket'])
    expect(intercom.calls()['POST /conversations/search']).toBeUndefined()
  })

  test('reads replies to conversations only on request: one call for each conversation', async () => {
    const { intercom, klaviyo } = await imported({ conversations: 30 }, { only: ['Replied to Conversation'] })
    expect(Object.keys(klaviyo.summary().byMetric)).toEqual(['Replied to Conversation'])
    expect(intercom.calls()['GET /conversations/{id}']).toBe(30)
  })

  test('rejects other metrics for an unfinished import', async () => {
    const shop = await startConnector()
    await runs(shop.connector, shop.clock, {}, (_, stop) => stop.abort())
    await expect(runs(shop.connector, shop.clock, { only: ['Resolved Ticket'] })).rejects.toMatchObject({
      code: 'backfill/options-changed',
    })
  })
})

describe('requests', () => {
  const perHundred = (calls: Readonly<Record<string, number>>, events: number) =>
    (Object.values(calls).reduce((sum, count) => sum + count, 0) * 100) / events

  test('a large history costs at most 1.2 requests for each 100 events', async () => {
    const { intercom, last } = await imported({ conversations: 2_000, tickets: 1_000 })
    expect(perHundred(intercom.calls(), last.eventsSent)).toBeLessThan(1.2)
  }, 60_000)

  test('fetches contacts in batches if preloading all would cost more', async () => {
    const { intercom } = await imported({ conversations: 30, tickets: 0, contacts: 5_000 })
    const calls = intercom.calls()
    expect(calls['GET /contacts']).toBe(1) // to count them
    expect(calls['POST /contacts/search']).toBeGreaterThan(0)
  })
})

test('begins once the source is available', async () => {
  const began = virtualClock().now()
  const away = (clock: VirtualClock) => clock.now() < began + 120_000
  const clock = virtualClock()
  const shop = await startConnector({
    clock,
    intercept: (request) =>
      away(clock) && !request.url.includes('klaviyo') ? new Response('', { status: 503 }) : undefined,
  })
  expect(await runs(shop.connector, clock)).toMatchObject({ phase: 'done', dead: 0 })
})

test('loses nothing while Intercom and Klaviyo fail intermittently', async () => {
  let n = 0
  const whole = await imported()
  const shop = await startConnector({
    intercept: () => (++n % 3 === 0 ? new Response('<html>bad gateway</html>', { status: 502 }) : undefined),
  })
  const last = await runs(shop.connector, shop.clock)
  expect(last).toMatchObject({ phase: 'done', dead: 0 })
  expect(
    shop.klaviyo
      .events()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(whole.keys)
})

test('logs a rejected bulk request in one line', async () => {
  let refused = 0
  const lines: string[] = []
  const quiet = () => undefined
  const warn = (message: string) => void lines.push(message)
  const { last, keys } = await imported({
    intercept: ({ url }) => {
      if (!url.includes('bulk') || refused >= 3) return
      refused++
      return Response.json({ errors: [{ status: 401, code: 'not_authenticated' }] }, { status: 401 })
    },
    connector: { logger: { debug: quiet, info: quiet, warn, error: warn } },
  })
  expect(last).toMatchObject({ phase: 'done', dead: 0, waiting: 0 })
  expect(keys.length).toBeGreaterThan(80)
  expect(lines.filter((line) => line.startsWith('record deferred, will retry'))).toHaveLength(refused)
})
