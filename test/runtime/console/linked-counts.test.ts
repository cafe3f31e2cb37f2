/** Every number that leads to Events counts the events that are shown there. */
import { expect, test } from 'vitest'
import { sum } from '../../../runtime/backfill/counts.ts'
import { record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { EventResult, Outcome, WaitReason } from '../../../runtime/ports/types.ts'
import { type browser, openConsole, openConsoleWithConnector } from '../../helpers/console.ts'

test('the counts of the overview, a metric, History and its report are those of their links', async () => {
  const shop = await openConsoleWithConnector({}, { conversations: 30, tickets: 20 })
  const client = shop.browser()
  await client.post('/import/begin', {}, { more: 'metric=Created+Conversation&metric=Created+Ticket' })
  for (let second = 0; second < 120 && (await shop.connector.lastBackfill())?.phase !== 'done'; second++)
    await shop.clock.advance(1_000)
  for (let event = 0; event < 20; event++) {
    await shop.clock.until(shop.intercom.act()) // no address is subscribed: the poll finds them
    await shop.clock.advance(5_000)
  }
  await shop.clock.advance(180_000)
  await shop.clock.until(shop.connector.reconcile({ signal: new AbortController().signal }))
  await shop.notify('ticket.created', { type: 'ticket', id: 'broken' }, { id: 'n-broken' })
  await shop.work(60_000)
  const { run = '' } = (await shop.connector.lastBackfill()) ?? {}
  const pages = [
    '/',
    '/?range=12m',
    '/metric/Created%20Ticket?range=12m',
    '/history',
    `/history/${run}`,
    '/failed-events',
    '/coverage',
    '/coverage/Created%20Ticket',
    '/mappings/switch?metric=Created%20Ticket',
  ]
  const rows = async (href: string) =>
    (await client.text(href.replace('/events?', '/events.csv?'))).trim().split('\n').length - 1
  let links = 0
  for (const path of pages) {
    for (const [, href = '', count = ''] of (await client.text(path)).matchAll(LINKED_COUNT)) {
      links++
      const address = href.replaceAll('&amp;', '&')
      expect(`${path} ${address}: ${await rows(address)}`).toBe(`${path} ${address}: ${count.replaceAll(',', '')}`)
    }
  }
  expect(links).toBeGreaterThan(50)
  const columns = [...(await client.text('/?range=12m')).matchAll(COLUMN)]
  expect(columns.filter(([, , parts = '']) => /, .* failed/.test(parts))).not.toEqual([])
  for (const [, href = '', parts = ''] of columns) {
    const counts = [...parts.matchAll(/([\d,]+) [a-z]/g)].map(([, count = '']) => Number(count.replaceAll(',', '')))
    expect(await rows(href.replaceAll('&amp;', '&')), parts).toBe(sum(counts))
  }
})

test('what waits counts records of the queue and events that wait for their contact', async () => {
  const { store, browser } = await openConsole()
  await store.append([record('one')])
  const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 60_000 })
  const waits = (key: string, reason: WaitReason): EventResult => ({
    ...{ metric: 'Created Ticket', status: 'deferred', reason },
    ...{ lane: 'live', contact: 'c7', key },
  })
  const events = [waits('k1', 'awaiting-identity'), waits('k2', 'awaiting-identity'), waits('k3', 'awaiting-contact')]
  const outcome = { status: 'deferred', awaits: 'awaiting-identity', until: Number.MAX_SAFE_INTEGER, events } as const
  await store.settle(leased.map((one) => settlement(one, outcome)))
  await store.append([record('two'), record('three', { lane: 'backfill', stream: 's' }), record('four')])
  const client = browser()
  const overview = await client.text('/')
  const rows = async (href: string) =>
    (await client.text(href.replace('/events?', '/events.csv?'))).split('\r\n').length - 2
  for (const [queue, count] of [
    ['live', 2],
    ['history', 1],
  ] as const) {
    const href = `/events?outcome=waiting&queue=${queue}`
    expect(overview).toContain(`<a href="${href.replace('&', '&amp;')}">${count}</a>`)
    expect(await rows(href)).toBe(count)
    expect(await client.text(href)).toContain(`In the queue of ${queue}`)
  }
  expect(overview).toContain('<a href="/events?outcome=waiting&amp;reason=awaiting-identity">2</a> events wait')
  expect(await rows('/events?outcome=waiting&reason=awaiting-identity')).toBe(2)
  expect(overview).toContain('<a href="/events?outcome=waiting&amp;reason=awaiting-contact">1</a> event waits for its')
  const [, count] = /href="\/events\?outcome=waiting">(\d+)</.exec(overview) ?? []
  expect(count).toBe('6')
  expect(await rows('/events?outcome=waiting')).toBe(6)
})

test('an import does not hide the delay of live events', async () => {
  const { store, browser } = await openConsole()
  const settle = async (outcome: Outcome, ...records: Parameters<typeof record>) => {
    await store.append([record(...records)])
    const leased = await store.lease({ lane: records[1]?.lane ?? 'live', limit: 1, leaseMs: 60_000 })
    await store.settle(leased.map((one) => settlement(one, outcome)))
  }
  const sent = (key: string, lane: 'live' | 'backfill'): Outcome => ({
    status: 'delivered',
    events: [{ metric: 'Created Ticket', status: 'delivered', time: '2026-01-01T00:00:00.000Z', key, lane }],
  })
  await settle(sent('live', 'live'), 'one', { topic: 'ticket.created' })
  const history = { lane: 'backfill', ingress: 'backfill', stream: 's', backfillRun: { id: 'r1', until: 0 } } as const
  for (let at = 0; at < 101; at += 1) await settle(sent(`old-${at}`, 'backfill'), `old-${at}`, history)
  expect(await browser().text('/')).toContain('the median of the last 1 live event.')
})

test('the tabs of Events count what they list, with records that are queued or retried', async () => {
  const { store, browser } = await openConsole()
  const settle = async (outcome: Outcome, ...records: Parameters<typeof record>) => {
    await store.append([record(...records)])
    const leased = await store.lease({ lane: records[1]?.lane ?? 'live', limit: 1, leaseMs: 60_000 })
    await store.settle(leased.map((one) => settlement(one, outcome)))
  }
  const of = (metric: string, key: string, rest: Partial<EventResult> = {}): EventResult => ({
    ...{ metric, key, status: 'deferred', lane: 'live', contact: 'c7' },
    ...rest,
  })
  const fault = { kind: 'transient', code: 'http/server-error', message: 'it failed' } as const
  const until = Number.MAX_SAFE_INTEGER
  const topic = { topic: 'ticket.created' } as const
  const history = { lane: 'backfill', ingress: 'backfill', stream: 's', backfillRun: { id: 'r1', until: 0 } } as const
  await settle({ status: 'delivered', events: [of('Created Ticket', 'k0', { status: 'delivered' })] }, 'sent', topic)
  await settle({ status: 'skipped', reason: 'no-identity', events: [] }, 'skipped', topic)
  const waits = of('Created Ticket', 'k1', { reason: 'awaiting-identity' })
  await settle({ status: 'deferred', awaits: 'awaiting-identity', until, events: [waits] }, 'waits')
  const two = [of('Created Ticket', 'k2'), of('Rated Conversation', 'k3')]
  await settle({ status: 'deferred', fault, until, events: two }, 'retried', topic)
  await settle({ status: 'deferred', fault, until, events: [] }, 'whole')
  await settle({ status: 'deferred', fault, until, events: [of('Created Ticket', 'k4')] }, 'imported', history)
  await store.append([record('queued'), record('next', history)])
  const client = browser()
  const rows = async (href: string) =>
    (await client.text(href.replace(/\/events\??/, '/events.csv?'))).split('\r\n').length - 2
  const waiting: Record<string, string | undefined> = {}
  for (const filter of [
    ...['', 'metric=Created+Ticket', 'metric=*', 'metric=-', 'origin=live', 'origin=history', 'run=r1'],
    ...['metric=-&run=r1', 'outcome=waiting', 'outcome=waiting&reason=http%2Fserver-error', 'queue=live'],
    ...['topic=ticket.created', 'topic=ticket.created&metric=Created+Ticket', 'topic=none', 'since=2020-01-01'],
    ...['until=2020-01-01', 'since=2020-01-01&origin=history', 'from=2020-01-01&metric=*', await personFilter(client)],
  ]) {
    const page = await client.text(`/events?${filter}`)
    const tabs = [...page.matchAll(TAB)]
    expect(tabs).toHaveLength(5)
    for (const [, href = '', label, count] of tabs) {
      const address = href.replaceAll('&amp;', '&')
      expect(`${filter} ${label} ${count}`).toBe(`${filter} ${label} ${await rows(address)}`)
      if (label === 'Waiting') waiting[filter] = count
    }
  }
  expect(waiting).toMatchObject({ '': '7', 'metric=Created+Ticket': '3', 'metric=-': '3', 'run=r1': '2' })
  const overview = await client.text('/')
  for (const [, href = '', count] of overview.matchAll(LINKED_COUNT)) {
    const address = href.replaceAll('&amp;', '&')
    if (address.includes('outcome=waiting')) expect(`${address} ${count}`).toBe(`${address} ${await rows(address)}`)
  }
  expect(overview).toContain('<a href="/events?outcome=waiting">7</a>')
  const [, ticket] = /href="\/events\?metric=Created\+Ticket&amp;outcome=waiting">(\d+)</.exec(
    await client.text('/metric/Created%20Ticket'),
  ) ?? ['']
  expect(ticket).toBe('3')
  // Of a queue too long to list, a record is an event at least, and a filter counts up to a limit.
  await store.append(Array.from({ length: 1_001 }, (_, at) => record(`more-${at}`, topic)))
  const counts = async (path: string) =>
    [...(await client.text(path)).matchAll(TAB)].map(([, , ...tab]) => tab.join(' '))
  expect(await counts('/events')).toEqual(['All 1,009+', 'Delivered 1', 'Skipped 1', 'Failed 0', 'Waiting 1,007+'])
  const ofMetric = await counts('/events?metric=Created+Ticket')
  expect(ofMetric).toEqual(['All 4+', 'Delivered 1', 'Skipped 0', 'Failed 0', 'Waiting 3+'])
  const unmapped = await counts('/events?metric=-&topic=ticket.created')
  expect(unmapped).toEqual(['All 501+', 'Delivered 0', 'Skipped 1', 'Failed 0', 'Waiting 500+'])
  const busy = await client.text('/')
  expect(busy).toContain('<a href="/events?outcome=waiting">1,007+</a>')
  expect(busy).toContain('<a href="/events?outcome=waiting&amp;queue=live">1,004+</a>')
  expect(await client.text('/metric/Created%20Ticket')).toContain('outcome=waiting">3+</a>')
})

test('the overview lists what waits once', async () => {
  const { store, browser } = await openConsole()
  await store.append([record('one'), record('two', { lane: 'backfill', stream: 's' })])
  const client = browser()
  const searches: unknown[] = []
  const { findEvents } = store
  store.findEvents = (search) => {
    searches.push(search)
    return findEvents.call(store, search)
  }
  await client.text('/')
  expect(searches).toHaveLength(1)
})

test('failed records are counted on the page that lists them, and their events on Events', async () => {
  const { store, browser } = await openConsole()
  const failed = (key: string, metric = 'Created Ticket'): EventResult => ({
    ...{ metric, status: 'dead', lane: 'live', key },
    fault: { kind: 'data', code: 'klaviyo/invalid', message: 'it rejected the request' },
  })
  const end = async (id: string, ...events: EventResult[]) => {
    await store.append([record(id)])
    const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 60_000 })
    const [{ fault } = {}] = events
    const outcome: Outcome = fault ? { status: 'dead', fault, events } : { status: 'delivered', events }
    await store.settle(leased.map((one) => settlement(one, outcome)))
  }
  for (let at = 0; at < 22; at++) await end(`r${at}`, failed(`k${at}`))
  await end('two', failed('k30'), failed('k31', 'Rated Conversation'))
  // Its event is a failed one of Events still, and no record to retry.
  await end('later', { metric: 'Created Ticket', status: 'delivered', lane: 'live', key: 'k0' })
  const client = browser()
  const overview = await client.text('/')
  expect(overview).toContain('<a class="bad-text" href="/failed-events">22</a>')
  expect(overview).toContain('22 records with failed events')
  const page = await client.text('/failed-events')
  expect(page).toContain('22 records could not be delivered')
  const groups = [...page.matchAll(/<a class="badge bad" href="(\/failed-events\?group=[^"]+)">(\d+) records?</g)]
  expect(groups.map(([, , count]) => count)).toEqual(['22', '1'])
  const listed = async (address: string): Promise<number> => {
    const list = await client.text(address.replaceAll('&amp;', '&'))
    const next = /<a href="(\?group=[^"]+)">Newer records/.exec(list)?.[1]
    const rows = list.match(/<tr id="record-/g)?.length ?? 0
    return rows + (next === undefined ? 0 : await listed(`/failed-events${next}`))
  }
  for (const [, href = '', count] of groups) expect(await listed(href)).toBe(Number(count))
  const [[, href = '', count] = []] = [...page.matchAll(LINKED_COUNT)]
  expect([href, count]).toEqual(['/events?outcome=dead', '24'])
  const csv = await client.text(href.replace('/events?', '/events.csv?'))
  expect(csv.trim().split('\n')).toHaveLength(25)
})

/** The filter of a search for the contact of the tests. */
async function personFilter(client: ReturnType<typeof browser>): Promise<string> {
  const answer = await client.post('/events/person', { person: 'c7' })
  return answer.headers.get('location')?.split('?')[1] ?? ''
}

/** A column of a chart, named by its time and its parts. */
const COLUMN = /<a href="(\/events\?[^"]+)" class="whole" aria-label="[^"]*: ([^":]+)"/g
/** A tab of an outcome, with its count. */
const TAB = /<a class="chip" href="([^"]+)"[^>]*>(\w+) <span class="soft">([\d,]+\+?)</g
/** A link whose text begins with a number: `38`, `38 events`. */
const LINKED_COUNT = /<a href="(\/events\?[^"]+)">(?:<text[^>]*>)?([\d,]+)\b/g
