/** A long pause that a vendor asks for is said once in the log and on the status pages, and stops nothing else. */
import { expect, test } from 'vitest'
import { formatStatus } from '../../../runtime/cli/server/status.ts'
import type { LogFields, Logger } from '../../../runtime/ports/effects.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

const EVENTS = '/api/events'
const BULK = '/api/event-bulk-create-jobs'
const jsonApi = { 'content-type': 'application/vnd.api+json' }
const limited = (retryAfter: string) =>
  new Response(
    JSON.stringify({ errors: [{ id: 'e', status: 429, code: 'throttled', detail: 'Request was throttled.' }] }),
    {
      status: 429,
      headers: { ...jsonApi, 'Retry-After': retryAfter },
    },
  )

/** A shop whose Klaviyo answers these endpoints with this `Retry-After` while `isLimited`. */
async function openShop(paths: readonly string[], retryAfter: string) {
  const logged: string[] = []
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') }
  const state = { isLimited: true, refused: 0 }
  const intercept = ({ url, method }: Request) => {
    if (!state.isLimited || method !== 'POST' || !paths.includes(new URL(url).pathname)) return undefined
    state.refused += 1
    return limited(retryAfter)
  }
  const shop = await openConsoleWithConnector({}, { connector: { logger }, intercept })
  const statusText = () =>
    formatStatus({
      app: { name: 'connector', version: '1.2.3', summary: 'A test.' },
      connector: shop.connector,
      clock: shop.clock,
      details: undefined,
    })
  /** A rating of a conversation each, by a contact that has an address. */
  const rate = async (count: number) => {
    const { id } = await findContactWithEmail(shop.intercom)
    for (let i = 0; i < count; i++) {
      const at = Math.floor(shop.clock.now() / 1000)
      const item = {
        type: 'conversation',
        id: `c${i}-${at}`,
        created_at: at,
        updated_at: at,
        contacts: { contacts: [{ id }] },
        conversation_rating: { rating: 5, created_at: at, contact: { id } },
        source: { author: { type: 'user', id } },
      }
      await shop.notify('conversation.rating.added', item, { id: `n${i}-${at}` })
    }
    return id
  }
  const delivered = (metric: string) => async () =>
    (await shop.connector.store.tallies())
      .filter((row) => row.metric === metric && row.status === 'delivered')
      .reduce((sum, { count }) => sum + count, 0)
  return { ...shop, logged, state, statusText, rate, ratings: delivered('Rated Conversation') }
}

const said = (lines: readonly string[]) => lines.filter((line) => line.includes('asked for a pause'))

test('a Retry-After of a day: one line in the log, the status text and the overview, an hour of waiting', async () => {
  const shop = await openShop([EVENTS], '86400')
  await shop.rate(30)
  await shop.work(60_000)
  const text = 'Klaviyo: event asked for a pause of 1 d 0 h; we wait 1 h 0 min, until 2026-07-14 10:30:'
  expect(said(shop.logged)).toEqual([expect.stringContaining(text)])
  expect(await shop.statusText()).toContain(text)
  expect(await shop.browser().text('/')).toContain(text)
  // Neither a request nor a line for each record.
  expect(shop.state.refused).toBeLessThanOrEqual(10)
  expect(shop.logged.filter((line) => line.includes('deferred')).length).toBeLessThanOrEqual(10)

  shop.state.isLimited = false
  await shop.work(3_700_000)
  expect(await shop.ratings()).toBe(30)
  expect(said(shop.logged)).toHaveLength(1)
  expect(await shop.statusText()).not.toContain('asked for a pause')
  expect(await shop.browser().text('/')).not.toContain('asked for a pause')
})

test('a pause that begins again after the first is another line', async () => {
  const shop = await openShop([EVENTS], '600')
  await shop.rate(1)
  await shop.work(700_000)
  await shop.work(700_000)
  expect(said(shop.logged).length).toBeGreaterThan(1)
})

test('a pause of seconds is no news', async () => {
  const shop = await openShop([EVENTS], '5')
  await shop.rate(3)
  await shop.work(120_000)
  expect(shop.state.refused).toBeGreaterThan(3)
  expect(said(shop.logged)).toEqual([])
})

test('one endpoint never stops another: with a hundred events waiting, a profile is updated at once', async () => {
  const shop = await openShop([EVENTS, BULK], '86400')
  const stop = new AbortController()
  const working = shop.connector.work({ signal: stop.signal })
  const id = await shop.rate(100)
  await shop.clock.advance(30_000)
  const { email } = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000)
  const contact = { type: 'contact', id, role: 'user', email, name: 'Renamed', created_at: at - 9, updated_at: at }
  await shop.notify('contact.user.updated', contact)
  await shop.clock.advance(60_000)
  stop.abort()
  await shop.clock.until(working)
  const tallies = await shop.connector.store.tallies()
  expect(tallies.filter(({ metric, status }) => metric === 'Profile' && status === 'delivered')).not.toEqual([])
  expect(await shop.ratings()).toBe(0)
})
