/** The review of setup: a sample of each property, masked, of the connected source's own records, else of the spec's cases. */
import { describe, expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createConsole } from '../../../runtime/console/index.ts'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { type AuthHarnessOptions, createAuthHarness, KEY, never, SIGNING, spec, TOKEN } from '../../helpers/auth.ts'
import { browser } from '../../helpers/console.ts'
import { signVisitorsIn } from '../../helpers/signed-in.ts'

const CONTACT = { type: 'contact', id: '6960000000000000000000a1', role: 'user', email: 'ada@harbourlight.shop' }
const CONVERSATION = {
  type: 'conversation',
  id: '77',
  created_at: 1_720_000_000,
  contacts: { contacts: [{ type: 'contact', id: CONTACT.id }] },
  conversation_rating: { rating: 4, created_at: 1_720_000_100, contact: { id: CONTACT.id } },
}
const RATED: PreviewInput = {
  topic: 'conversation.rating.added',
  data: CONVERSATION,
  lookups: { contact: [CONTACT] },
}

async function openReview(
  exampleRecords?: () => Promise<readonly PreviewInput[]>,
  { env = {}, ...options }: AuthHarnessOptions & { readonly env?: Record<string, string> } = {},
) {
  const it = createAuthHarness(options)
  const connections = await it.open(env)
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections })
  const app = { name: 'connector', version: '1', summary: 'x' }
  const parts = { app, connector, clock, logger, signal: never, connections, exampleRecords }
  const client = browser(signVisitorsIn(createConsole(parts)), 'http://127.0.0.1:3000')
  const open = (path: string) => clock.until(client.text(path))
  const locationOf = async (path: string) => (await clock.until(client.get(path))).headers.get('location')
  return { ...it, connections, page: () => open('/set-up'), open, locationOf }
}

const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

/** Of the metric's own row: others have properties of the same name. */
const sampleOf = (page: string, metric: string, property: string) =>
  new RegExp(`<dt dir="auto">${property}</dt><dd>(.*?)</dd>`)
    .exec(page.slice(page.indexOf(`>${metric}</th>`)))?.[1]
    ?.replace(/<[^>]*>/g, '')

test('counts properties in examples, mapped by the running spec, and says never only of enough', async () => {
  const page = await (
    await openReview(async () => [RATED, { ...RATED, data: { ...CONVERSATION, title: 'Late' } }])
  ).page()
  expect(sampleOf(page, 'Rated Conversation', 'Conversation Rating')).toBe('4 in 2 of 2')
  expect(sampleOf(page, 'Rated Conversation', 'Title')).toBe('Late in 1 of 2')
  expect(sampleOf(page, 'Rated Conversation', 'SLA Status')).toBe('in 0 of 2 so far')
  expect(textOf(page)).not.toMatch(/never/i)
  expect(textOf(page)).toMatch(/Read Conversation .*? No event of it to look at/)
  expect(page).toContain('They are of a made-up shop')
  const many = await (await openReview(async () => Array.from({ length: 20 }, () => RATED))).page()
  expect(sampleOf(many, 'Rated Conversation', 'SLA Status')).toBe('Never in 0 of 20')
  expect(textOf(many)).toMatch(/email, phone_number, Title and \d+ more \d+ never present/)
})

test('maps the examples once', async () => {
  let reads = 0
  const { page } = await openReview(async () => {
    reads += 1
    return [RATED]
  })
  expect(await page()).toContain('in 1 of 1')
  expect(await page()).toContain('in 1 of 1')
  expect(reads).toBe(1)
})

test('opens without examples, and when they cannot be read', async () => {
  expect(await (await openReview()).page()).not.toContain('Counts and samples are')
  const broken = await openReview(async () => {
    throw new Error('no such folder')
  })
  expect(await broken.page()).toContain('Approve and continue')
  expect(broken.logger.lines.join()).toContain('no examples of records')
})

describe('with the source connected', () => {
  const env = { INTERCOM_ACCESS_TOKEN: TOKEN }
  const HOUR = 3_600_000

  test('shows its recent records, masked, reads them once, and writes and sends nothing', async () => {
    const writes: string[] = []
    const clock = virtualClock()
    const store = new Proxy(memoryStore({ clock }), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if (/^(append|settle|write|compareAndSwap|beginSends)/.test(String(name)))
            writes.push(`${String(name)} ${JSON.stringify(args[0])}`)
          return member.apply(target, args)
        }
      },
    })
    const it = await openReview(async () => [RATED], { env, conversations: 5, tickets: 5, store: { clock, store } })
    await it.page()
    const [asked, written] = [it.asked.length, writes.length]
    const page = await it.page()
    expect([it.asked.length, writes.length]).toEqual([asked, written])
    expect(textOf(page)).toContain('of recent records of your own Intercom workspace, masked')
    expect(sampleOf(page, 'Created Ticket', 'Ticket ID')).toMatch(/^text of \d+ in (\d) of \1$/)
    expect(page).toContain('Of your own records.')
    expect(page).not.toMatch(/@mail\./)
    expect(it.asked.filter((request) => request.includes('klaviyo'))).toEqual([])
    expect(writes.filter((line) => /append|settle|Cache|beginSends|coverage/.test(line))).toEqual([])
    expect((await it.store.backlog('backfill')).records).toBe(0)
  })

  test('a metric without an own event shows the example', async () => {
    const { page } = await openReview(async () => [RATED], { env, conversations: 0, tickets: 2 })
    const text = textOf(await page())
    expect(text).toContain('Where those have no event, counts and samples are of the example records')
    expect(sampleOf(await page(), 'Rated Conversation', 'Conversation Rating')).toBe('4 in 1 of 1')
  })

  test('says what a missing permission keeps from it, and tries again later', async () => {
    let refuses = true
    const it = await openReview(undefined, {
      env,
      instead: async (request) =>
        refuses && request.url.includes('/tickets/search')
          ? Response.json({ type: 'error.list', errors: [{ code: 'forbidden', message: 'no' }] }, { status: 403 })
          : undefined,
    })
    const page = await it.page()
    expect(textOf(page)).toMatch(/Not all tickets of Intercom could be looked at: .*403/)
    expect(sampleOf(page, 'Created Conversation', 'Tags')).toMatch(/^list of 0 in (\d) of \1$/)
    expect(textOf(page)).toMatch(/Created Ticket .*? No event of it to look at\. /)
    refuses = false
    await it.clock.advance(HOUR)
    expect(textOf(await it.page())).not.toContain('Not all tickets')
  })

  test('waits five seconds for a slow source, and shows what has come', async () => {
    const it = await openReview(undefined, {
      env,
      instead: async (request) => {
        if (request.url.includes('/tickets/search')) await it.clock.sleep(HOUR, request.signal)
        return undefined
      },
    })
    const before = it.clock.now()
    const page = await it.page()
    expect(it.clock.now() - before).toBeLessThan(12_000)
    expect(textOf(page)).toContain('Not all tickets of Intercom could be looked at: the source took too long.')
    expect(sampleOf(page, 'Created Conversation', 'Tags')).toMatch(/^list of 0 in (\d) of \1$/)
  })

  test('a rate limit is a sentence', async () => {
    const { page } = await openReview(async () => [RATED], {
      env,
      instead: async (request) =>
        request.url.includes('search') || request.url.includes('/contacts?')
          ? new Response('', { status: 429, headers: { 'Retry-After': '60' } })
          : undefined,
    })
    const text = textOf(await page())
    expect(text).toContain('They are of a made-up shop')
    expect(text).toMatch(/Not all conversations of Intercom could be looked at: /)
  })
})

test('the last step shows samples of the own records, before anything is sent', async () => {
  const it = await openReview(undefined, { tickets: 4 })
  await it.connections.setup.consent([])
  await it.connections.setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never)
  await it.clock.until(it.connections.setup.connectWithKey('destination', { key: KEY }, never))
  const page = await it.page()
  expect(page).toContain('Are these the right accounts?')
  expect(sampleOf(page, 'Created Ticket', 'Ticket ID')).toMatch(/ in (\d) of \1$/)
  expect(it.klaviyo.events()).toEqual([])
})

describe('after setup', () => {
  test('the review is a page without a form, with links to it', async () => {
    const it = await openReview(undefined, { tickets: 4 })
    expect(await it.locationOf('/set-up/review')).toBe('/set-up')
    await it.connections.setup.consent([])
    await it.connections.setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never)
    await it.clock.until(it.connections.setup.connectWithKey('destination', { key: KEY }, never))
    // The list of steps.
    expect(await it.page()).toContain('<a href="/set-up/review">Review</a>')
    await it.connections.setup.finish()
    const page = await it.open('/set-up/review')
    expect(textOf(page)).toContain('This data is sent from Intercom to Klaviyo. No profile is subscribed')
    expect(sampleOf(page, 'Created Ticket', 'Ticket ID')).toMatch(/ in (\d) of \1$/)
    expect(textOf(page)).toMatch(/Permissions of Intercom .* Permissions of Klaviyo/)
    expect(page).not.toContain('/set-up/approve')
    expect(await it.locationOf('/set-up?step=review')).toBe('/set-up/review')
    for (const path of ['/set-up', '/coverage']) expect(await it.open(path)).toContain('href="/set-up/review"')
    expect(await it.page()).not.toContain('This data is sent')
  })

  test('it is there when the environment has the credentials of both sides', async () => {
    const env = { INTERCOM_ACCESS_TOKEN: TOKEN, INTERCOM_CLIENT_SECRET: SIGNING, KLAVIYO_API_KEY: KEY }
    const it = await openReview(async () => [RATED], { env })
    expect(textOf(await it.open('/set-up/review'))).toContain('This data is sent from Intercom to Klaviyo. No profile')
  })
})
