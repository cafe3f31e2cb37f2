/** Find, failed events, segments and flows: what the pages show and mask, and what their buttons do. */
import { beforeAll, describe, expect, test } from 'vitest'
import { maskedJson } from '../../../runtime/console/raw-record.ts'
import type { LedgerEntry } from '../../../runtime/ports/ledger.ts'
import { toSearchKey } from '../../../runtime/record-history.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const HOSTILE = `"><img src=x onerror=alert(1)><script>alert('x')</script>&amp;`
const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

async function rate(shop: Shop, id: string, person: { id: string; email: string }): Promise<void> {
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const item = {
    type: 'conversation',
    id,
    created_at: at - 60,
    title: HOSTILE,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] },
    source: { type: 'conversation', author: { type: 'user', id: person.id, email: person.email, name: HOSTILE } },
    conversation_rating: { rating: 2, created_at: at, updated_at: at, contact: { id: person.id } },
  }
  await shop.notify('conversation.rating.added', item, { id: `n-${id}` })
  await shop.work(2_000)
}

/** A ticket that the mapping cannot read: it has no state. */
async function breakTicket(shop: Shop, id: string): Promise<void> {
  await shop.notify(
    'ticket.created',
    { type: 'ticket', id, title: HOSTILE, email: 'secret@person.example' },
    { id: `n-${id}` },
  )
  await shop.work(2_000)
}

let shop: Shop
let person: { id: string; email: string }

beforeAll(async () => {
  shop = await openConsoleWithConnector()
  person = await findContactWithEmail(shop.intercom)
  await rate(shop, '77', person)
  await breakTicket(shop, '901')
  await breakTicket(shop, '902')
  await shop.notify(HOSTILE, { type: 'thing', id: HOSTILE }, { id: 'n-thing' })
  await shop.work(2_000)
})

const dead = async (): Promise<readonly LedgerEntry[]> => shop.store.listDeadLetters({ limit: 9 })

describe('find', () => {
  test('never puts an address into a URL, a log or a page', async () => {
    const answer = await shop.browser().post('/find', { what: ` ${person.email.toUpperCase()} ` }, { from: '/find' })
    const location = answer.headers.get('location') ?? ''
    expect(location).toMatch(/^\/find\?search=[\w-]{16}$/)
    const page = await shop.browser().text(location)
    expect(textOf(page)).toContain('1 record of this person')
    expect(`${page}${shop.logged.join()}`.toLowerCase()).not.toContain(person.email.toLowerCase())
  })

  test.each([
    ['the hash of an address', () => `/find?ref=${toSearchKey(person.email)}`],
    ['an address', () => `/find?ref=${encodeURIComponent(person.email)}`],
    ['a search of an earlier process', () => '/find?search=AAAAAAAAAAAAAAAA'],
  ])('finds nothing by %s in a URL', async (_, path) => {
    const page = textOf(await shop.browser().text(path()))
    expect(page).toContain('This search has expired')
    expect(page).not.toContain('record of this person')
  })

  const whats: [by: string, what: () => Promise<string | undefined>][] = [
    ['conversation', async () => '77'],
    ['notification', async () => 'n-77'],
    ['contact', async () => person.id],
    ['record', async () => (await shop.store.trace('77'))[0]?.id],
    ['key', async () => (await shop.store.events({ metric: 'Rated Conversation', limit: 1 }))[0]?.key],
  ]
  test.each(whats)('shows the timeline from receipt to delivery, by %s', async (_, ask) => {
    const what = (await ask()) ?? ''
    const answer = await shop.browser().post('/find', { what }, { from: '/find' })
    const page = textOf(await shop.browser().text(answer.headers.get('location') ?? ''))
    expect(page).toMatch(/20\S+ \S+ UTC Received by webhook conversation\.rating\.added \(conversation\)/)
    expect(page).toMatch(
      /20\S+ \S+ UTC Delivered Rated Conversation Delivered At 20.+ · key \S+ · contact \S+ · answered 202, request \S{36}/,
    )
    expect(page).toMatch(/Live, 1 attempt, \d\.\d s after it was received/)
  })

  test('says what failed and who must act', async () => {
    const page = textOf(await shop.browser().text('/find?ref=901'))
    expect(page).toMatch(/Failed .+ Error .+ Location mappings\/.+ What to do Fix the mapping/)
  })

  test('lists the possible reasons for an empty result', async () => {
    const page = textOf(
      await shop.browser().text(`/find?ref=${encodeURIComponent(HOSTILE)}`.replace('script', 'other')),
    )
    expect(page).toMatch(/No records of/)
    expect(page).toContain('No history was imported yet')
    expect(page).toContain('conversation.rating.added')
    expect(page).toMatch(/deleted 30 d/)
  })

  test('shows a record masked, and in full on request', async () => {
    const [entry] = await shop.store.trace('901')
    const id = entry?.seq
    const masked = await shop.browser().text(`/records/${id}`)
    expect(masked).toContain('&quot;type&quot;: &quot;ticket&quot;')
    expect(masked).not.toContain('secret@person.example')
    expect(masked).not.toContain('onerror')
    const full = await reveal(shop.browser(), id)
    expect(full).toContain('secret@person.example')
    expect(full).not.toContain('<img')
    expect(full).not.toContain('<script>')
  })
})

describe('masking', () => {
  const cases: [unknown, unknown][] = [
    [
      { type: 'user', id: '1', email: 'a@b.c', name: 'Ada' },
      { type: 'user', id: '1', email: '••••', name: '••••' },
    ],
    [
      { id: 'a@b.example', state: 'I am Ada' },
      { id: '••••', state: '••••' },
    ],
    [
      { phone: '', tags: ['x'], n: 5, ok: true, none: null },
      { phone: '', tags: ['••••'], n: 5, ok: true, none: null },
    ],
    [
      { custom_attributes: { id: 'Ada', n: 49170, on: true, no: null } },
      { custom_attributes: { id: '••••', n: '••••', on: '••••', no: null } },
    ],
    [
      {
        external_id: '+33612345678',
        user_id: 'jose.garcia-lopez',
        contact_id: 'jose',
        phone: 33612345678,
        latitude: 48.85,
      },
      { external_id: '••••', user_id: '••••', contact_id: '••••', phone: '••••', latitude: '••••' },
    ],
    [
      { id: '6960-aa', contact_id: '77', created_at: 1767225600, snoozed_until: 1767225600, count: 999_999 },
      { id: '6960-aa', contact_id: '77', created_at: 1767225600, snoozed_until: 1767225600, count: 999_999 },
    ],
    ['Ada', '••••'],
  ]
  test.each(cases)('%j → %j', (value, masked) => {
    expect(maskedJson(value as never)).toEqual(masked)
  })
})

describe('failed events', () => {
  test('are grouped by error, with the location in the mapping', async () => {
    const page = await shop.browser().text('/failed-events')
    expect(textOf(page)).toMatch(/2 records could not be delivered/)
    expect(textOf(page)).toMatch(/Created Ticket: .+ 2 records .+ Location mappings\/created-ticket\.yaml:\d+:\d+/)
    expect(page).toMatch(/class="placed marked"/)
    expect(await shop.browser().text('/')).toContain('/failed-events')
  })

  test('of a group are listed with their records, escaped and masked', async () => {
    const [group] = await shop.store.groupDeadLetters()
    const path = `/failed-events?group=${encodeURIComponent(group?.group ?? '')}`
    const page = await shop.browser().text(path)
    for (const { id, seq } of await dead()) {
      expect(page).toContain(`value="${id}"`)
      expect(page).toContain(`href="/records/${seq}"`)
    }
    expect(page).not.toContain('secret@person.example')
    expect(page).not.toContain('<img')
    expect(textOf(await shop.browser().text('/failed-events?group=none'))).toContain(
      'No failed records are left in this group',
    )
  })

  test('are not retried without the token, or without a selection', async () => {
    const browser = shop.browser()
    const refused = await browser.post(
      '/failed-events/retry',
      { all: 'yes', csrf: 'wrong' },
      { from: '/failed-events' },
    )
    expect(refused.status).toBe(403)
    expect((await browser.post('/failed-events/retry', {}, { from: '/failed-events' })).status).toBe(303)
    expect(await browser.text('/failed-events')).toContain('No record was selected')
    expect(await dead()).toHaveLength(2)
  })

  const whiches: [what: string, fields: () => Promise<Record<string, string>>, queued: number][] = [
    ['one', async () => ({ id: (await dead())[0]?.id ?? '' }), 1],
    ['a group', async () => ({ group: (await shop.store.groupDeadLetters())[0]?.group ?? '' }), 2],
    ['all', async () => ({ all: 'yes' }), 2],
  ]
  test.each(whiches)('are retried: %s', async (_, fields, queued) => {
    const browser = shop.browser()
    await browser.post('/failed-events/retry', await fields(), { from: '/failed-events' })
    expect(textOf(await browser.text('/failed-events'))).toContain(
      `${queued} record${queued > 1 ? 's' : ''} queued for retry`,
    )
    expect((await dead()).length).toBe(2 - queued)
    await shop.work(2_000)
    expect(await dead()).toHaveLength(2)
  })
})

describe('segments and flows', () => {
  test('shows the exact request, creates the segment once, and links to it', async () => {
    const browser = shop.browser()
    const before = await shop.clock.until(browser.text('/segments-and-flows'))
    expect(textOf(before)).toMatch(/Rated a conversation 1 or 2 Segment .+ Request .+less-than-or-equal/)
    expect(textOf(before)).toMatch(/Not available yet: Klaviyo has no metric “Submitted Ticket”/)
    for (const now of ['was created', 'already exists']) {
      await shop.clock.until(browser.post('/segments-and-flows/create', { recipe: 'low-rating' }, { from: '/find' }))
      await shop.clock.advance(60_000)
      const page = await shop.clock.until(browser.text('/segments-and-flows'))
      expect(textOf(page)).toContain(now)
      expect(page).toMatch(/https:\/\/www\.klaviyo\.com\/lists\/\w+/)
    }
  })

  test('lists the flows and segments that use the metrics', async () => {
    await shop.clock.advance(60_000)
    const browser = shop.browser()
    await shop.clock.until(browser.post('/segments-and-flows/create', { recipe: 'after-a-rating' }, { from: '/find' }))
    const page = textOf(await shop.clock.until(browser.text('/segments-and-flows')))
    expect(page).toMatch(/Flows triggered by these metrics .+ After a rated conversation Rated Conversation draft/)
    expect(page).toMatch(/An import triggers no flow/)
  })

  test('names the missing permission', async () => {
    const forbidden = () => Response.json({ errors: [{ code: 'permission_denied' }] }, { status: 403 })
    const other = await openConsoleWithConnector(
      {},
      { intercept: (request) => (/segments|flows/.test(request.url) ? forbidden() : undefined) },
    )
    await rate(other, '1', await findContactWithEmail(other.intercom))
    const browser = other.browser()
    const page = textOf(await other.clock.until(browser.text('/segments-and-flows')))
    expect(page).toMatch(/Could not check whether it exists: .+segments:read/)
    expect(page).toMatch(/This list may be incomplete/)
    await other.clock.until(browser.post('/segments-and-flows/create', { recipe: 'low-rating' }, { from: '/find' }))
    expect(textOf(await other.clock.until(browser.text('/segments-and-flows')))).toMatch(
      /was not created: .+segments:read/,
    )
    expect((await browser.post('/segments-and-flows/create', { recipe: 'nobody' }, { from: '/find' })).status).toBe(303)
  })
})
