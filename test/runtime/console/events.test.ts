/** The Events page: filters, pages, new events, searches for a person, and CSV. */
import { expect, test } from 'vitest'
import { record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { toCell } from '../../../runtime/console/pages/events/csv.ts'
import { parseFilter } from '../../../runtime/console/pages/events/filter.ts'
import { LIVE_HEADER } from '../../../runtime/console/server/live-updates.ts'
import { updateWebhookActivity } from '../../../runtime/health/webhook-activity.ts'
import { hashEmailAddress } from '../../../runtime/lib/text/email-address.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { EventResult, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { openConsole } from '../../helpers/console.ts'

const FAULT = { kind: 'data', code: 'destination/invalid', message: '=HYPERLINK("x")' } as const
const ADDRESS = 'ada@shop.example'

async function settle(store: Store, id: string, outcome: Outcome, rest: Partial<SourceRecord> = {}): Promise<void> {
  await store.append([record(id, rest)])
  const leased = await store.lease({ lane: 'live', limit: 100, leaseMs: 60_000 })
  await store.settle(leased.filter((one) => one.id === id).map((one) => settlement(one, outcome)))
}

const result = (metric: string, rest: Partial<EventResult> = {}): EventResult => ({
  metric,
  status: 'delivered',
  lane: 'live',
  ...rest,
})

const HOUR = 3_600_000

/** One event of each outcome: delivered an hour ago, skipped two hours ago, failed in an import, waiting. */
async function open() {
  const shop = await openConsole()
  const { store, clock } = shop
  const ago = (hours: number) => ({ time: new Date(clock.now() - hours * HOUR).toISOString() })
  const sent = result('Rated Conversation', {
    key: 'k1',
    person: 'a••@s••.example',
    emailHash: hashEmailAddress(ADDRESS),
    ...ago(1),
  })
  await settle(store, 'one', { status: 'delivered', events: [sent] }, { topic: 'conversation.rating.added' })
  const skipped = result('Created Ticket', { status: 'skipped', reason: 'no-identity', ...ago(2) })
  await settle(store, 'two', { status: 'skipped', reason: 'no-identity', events: [skipped] })
  const failed = result('Created Ticket', { status: 'dead', fault: FAULT, ...ago(24 * 400) })
  const run = { stream: 'tickets', ingress: 'backfill', backfillRun: { id: 'r1', until: 1 } } as const
  await settle(store, 'three', { status: 'dead', fault: FAULT, events: [failed] }, run)
  await settle(store, 'four', { status: 'skipped', reason: 'unknown-topic', events: [] }, { topic: 'a.new.topic' })
  await store.append([record('five', { receivedAt: clock.now() })])
  return { ...shop, client: shop.browser() }
}

/** The text of the rows, without markup. */
const rowsIn = (page: string): string[] =>
  [...page.matchAll(/<tr>\s*<td data-name="Happened">([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    row
      .replaceAll('<wbr>', '')
      .replaceAll(/<time[^>]*>[^<]*<\/time>|<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )

const metricsIn = (page: string) =>
  rowsIn(page).map((row) => /^(.*?) (?:Webhook|Import|History|Found|a••)/.exec(row)?.[1])

test('lists what was delivered, skipped, failed, waits and was not mapped, newest first', async () => {
  const { client } = await open()
  const rows = rowsIn(await client.text('/events'))
  expect(rows).toHaveLength(5)
  expect(rows.filter((row) => row.startsWith('received Not mapped yet'))).toEqual([expect.stringContaining('Waiting')])
  expect(rows.filter((row) => row.startsWith('No event'))).toEqual([
    expect.stringContaining('No mapping uses the topic'),
  ])
  expect(rows.at(-3)).toBe('Rated Conversation a••@s••.example Webhook conversation.rating.added Delivered')
  expect(rows.at(-2)).toMatch(/^Created Ticket .*Skipped The contact got neither/)
  expect(rows.at(-1)).toMatch(/^Created Ticket History Import tickets Failed =HYPERLINK/)
})

test.each([
  ['outcome=delivered', ['Rated Conversation']],
  ['outcome=waiting', ['received Not mapped yet']],
  ['outcome=dead&metric=Created+Ticket', ['Created Ticket']],
  ['metric=Created+Ticket', ['Created Ticket', 'Created Ticket']],
  ['reason=no-identity', ['Created Ticket']],
  ['reason=unknown-topic', ['No event']],
  ['origin=history', ['Created Ticket']],
  ['run=r1', ['Created Ticket']],
  ['run=r2', []],
  ['topic=conversation.rating.added', ['Rated Conversation']],
  ['outcome=nonsense&reason=no-identity&since=never', ['Created Ticket']],
])('filters by %s', async (query, metrics) => {
  const { client } = await open()
  expect(metricsIn(await client.text(`/events?${query}`))).toEqual(metrics)
})

test('offers the topics of metrics and of the profile, and all that came', async () => {
  const { client, store } = await open()
  await updateWebhookActivity(store, { topics: { 'a.new.topic': 1 } })
  const [, choices = ''] = /<select id="topic"[^>]*>(.*?)<\/select>/s.exec(await client.text('/events')) ?? []
  for (const topic of ['conversation.rating.added', 'contact.lead.created', 'a.new.topic'])
    expect(choices).toContain(`<option value="${topic}">`)
})

test('filters by days, of which the last is included', async () => {
  const { client, clock } = await open()
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const failed = clock.now() - 24 * 400 * HOUR
  expect(metricsIn(await client.text(`/events?from=${day(failed)}&to=${day(failed)}`))).toEqual(['Created Ticket'])
  expect(await client.text(`/events?from=${day(failed)}&to=${day(failed)}`)).toContain(`value="${day(failed)}"`)
  expect(metricsIn(await client.text(`/events?to=${day(failed - 24 * HOUR)}`))).toEqual([])
  const hour = Math.floor(failed / HOUR) * HOUR
  const exact = `since=${new Date(hour).toISOString()}&until=${new Date(hour + HOUR).toISOString()}`
  expect(metricsIn(await client.text(`/events?${exact}`))).toEqual(['Created Ticket'])
})

test('finds the events of a person, whom no address names', async () => {
  const { client } = await open()
  const { status, headers } = await client.post(
    '/events/person',
    { person: ` ${ADDRESS.toUpperCase()}`, filter: 'outcome=delivered' },
    { from: '/events' },
  )
  const location = headers.get('location') ?? ''
  expect([status, location]).toEqual([303, expect.stringMatching(/^\/events\?outcome=delivered&search=[\w-]+$/)])
  expect(metricsIn(await client.text(location))).toEqual(['Rated Conversation'])
  const expired = await client.text('/events?search=unknown')
  expect(expired).toContain('This search has expired')
  expect(rowsIn(expired)).toEqual([])
  expect((await client.get('/events.csv?search=unknown')).status).toBe(404)
})

test('pages in both directions, and keeps the filter', async () => {
  const { client, store, clock } = await open()
  for (let i = 0; i < 120; i++) {
    const time = new Date(clock.now() - (10 + i) * 60_000).toISOString()
    await settle(store, `r${i}`, {
      status: 'delivered',
      events: [result('Rated Conversation', { key: `p${i}`, time })],
    })
  }
  const linkOf = (page: string, rel: string) =>
    new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&')
  const first = await client.text('/events?outcome=delivered&metric=Rated+Conversation')
  expect([rowsIn(first).length, linkOf(first, 'prev')]).toEqual([50, undefined])
  const second = await client.text(linkOf(first, 'next') ?? '')
  const third = await client.text(linkOf(second, 'next') ?? '')
  expect([rowsIn(second).length, rowsIn(third).length, linkOf(third, 'next')]).toEqual([50, 21, undefined])
  const back = await client.text(linkOf(third, 'prev') ?? '')
  const timesIn = (page: string) =>
    [...page.matchAll(/<tr>\s*<td data-name="Happened"><time datetime="([^"]+)"/g)].map(([, at]) => at)
  expect(timesIn(back)).toEqual(timesIn(second))
  expect(timesIn(await client.text(linkOf(back, 'prev') ?? ''))).toEqual(timesIn(first))
  const newest = linkOf(first, 'next')?.replace(/before=.*/, 'after=9999999999999.1')
  expect((await client.get(newest ?? '')).headers.get('location')).toBe(
    '/events?metric=Rated+Conversation&outcome=delivered',
  )
})

test('counts new events, and leaves the rows as they are until they are wanted', async () => {
  const { client, store, clock } = await open()
  const page = await client.text('/events?outcome=delivered')
  const [, id = '', hash = ''] = /id="(newer-than-[^"]+)" data-live="([^"]+)"/.exec(page) ?? []
  expect(page).toContain('No newer events')
  const time = new Date(clock.now()).toISOString()
  for (const key of ['n1', 'n2', 'n3'])
    await settle(store, key, { status: 'delivered', events: [result('Rated Conversation', { key, time })] })
  const refreshed = await client.get('/events?outcome=delivered', { [LIVE_HEADER]: `frame=x,${id}=${hash}` })
  const { sections } = (await refreshed.json()) as { sections: Record<string, string | null> }
  expect(sections[id]).toContain('3 new events')
  expect(Object.keys(sections).filter((name) => name.startsWith('newer-than-'))).toEqual([id])
  const paused = await client.text('/events?outcome=delivered&paused=1')
  expect(paused).toContain('Paused')
  expect(paused).not.toContain('newer-than-')
})

test('gives what is filtered as CSV, people masked, without a formula', async () => {
  const { client, store, clock } = await open()
  const answer = await client.get('/events.csv?metric=Created+Ticket')
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="events-\d{4}-\d\d-\d\d\.csv"$/)
  const [head, ...lines] = (await answer.text()).trim().split('\r\n')
  expect(head).toBe('happened,metric,outcome,reason,detail,place,profile,origin,received by,topic,ended,record,event')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain(`Created Ticket,failed,destination/invalid,"'=HYPERLINK(""x"")",`)
  const time = new Date(clock.now() - HOUR).toISOString()
  const many = Array.from({ length: 1_203 }, (_, i) => result('Read Conversation', { key: `m${i}`, time }))
  await settle(store, 'many', { status: 'delivered', events: many })
  const all = (await (await client.get('/events.csv?metric=Read+Conversation')).text()).trim().split('\r\n')
  expect(new Set(all).size).toBe(1_204)
})

test.each([
  ['plain', 'plain'],
  ['a,b "c"\n', '"a,b ""c""\n"'],
  ['+49••••56', `"'+49••••56"`],
  ['@x', `"'@x"`],
  [-5, '-5'],
  [undefined, ''],
])('the cell of %j is %s', (value, cell) => {
  expect(toCell(value)).toBe(cell)
})

test('an address with nonsense filters by nothing', () => {
  const filter = parseFilter(new URLSearchParams('outcome=x&origin=y&since=z&metric='))
  expect(Object.values(filter).filter((value) => value !== undefined)).toEqual([])
})
