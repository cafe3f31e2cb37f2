/** Find: by whatever people have in hand, newest first, in pages, by conversation, with nothing of a person in an address. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createVendorLinks } from '../../../connector/vendor-links.ts'
import { hashEmailAddress } from '../../../runtime/lib/text/email-address.ts'
import type { EventResult } from '../../../runtime/ports/types.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const textOf = (page: string) =>
  page
    .slice(page.indexOf('<main'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
const recordsIn = (page: string) => [...page.matchAll(/href="\/records\/(\d+)"/g)].map(([, seq]) => Number(seq))

const PHONE = '+353871234567'
const SHA256 = hashEmailAddress('ada@shop.example')
let shop: Shop
let person: { id: string; email: string }
let other: { id: string; email: string; phone: string }

beforeAll(async () => {
  other = { id: 'with-phone', email: 'zoe@shop.example', phone: '087 123 4567' }
  const contact = { ...other, type: 'contact', role: 'user', location: { country_code: 'IE', country: 'Ireland' } }
  shop = await openConsoleWithConnector(
    { vendorLinks: createVendorLinks() },
    { intercept: ({ url }) => (url.endsWith('/contacts/with-phone') ? Response.json(contact) : undefined) },
  )
  person = await findContactWithEmail(shop.intercom)
  for (let i = 0; i < 23; i++) await receive(`10${i % 2}`, person.id, i)
  await receive('200', other.id, 0)
})

async function receive(id: string, contact: string, number: number): Promise<void> {
  const item = {
    type: 'ticket',
    id,
    ticket_id: `66${id}`,
    category: 'Customer',
    created_at: Math.floor(shop.clock.now() / 1000) - 5,
    contacts: { contacts: [{ type: 'contact', id: contact }] },
  }
  await shop.notify('ticket.created', item, { id: `n-${id}-${number}` })
  await shop.work(2_000)
}

async function find(what: string): Promise<{ readonly location: string; readonly page: string }> {
  const client = shop.browser()
  const answer = await client.post('/find', { what }, { from: '/find' })
  const location = answer.headers.get('location') ?? ''
  return { location, page: await client.text(location) }
}

const eventOf = async (id: string): Promise<EventResult | undefined> => {
  const entries = await shop.store.trace(id)
  return entries.flatMap(({ outcome }) => outcome?.events ?? []).find(({ status }) => status === 'delivered')
}

describe('one record', () => {
  const rows: [by: string, what: () => Promise<string>][] = [
    ['ticket number', async () => '#66200'],
    ['ticket id', async () => '200'],
    ['page in Intercom', async () => 'https://app.intercom.com/a/inbox/abc/inbox/conversation/200?view=List'],
    ['contact in Intercom', async () => `https://app.intercom.com/a/apps/abc/users/${other.id}/all-conversations`],
    ['phone number', async () => '+353 87 123 4567'],
    ['phone number without its +', async () => '353871234567'],
    ['address in a wrapping', async () => `Zoë <${other.email.toUpperCase()}>`],
    ['contact', async () => other.id],
    ['notification', async () => 'n-200-0'],
    ['key', async () => (await eventOf('200'))?.key ?? ''],
    [
      'profile in Klaviyo',
      async () => `https://www.klaviyo.com/profile/${(await eventOf('200'))?.receipt?.profileId}/zoe`,
    ],
  ]
  test.each(rows)('is found by its %s', async (_, what) => {
    const { location, page } = await find(await what())
    expect(location).toMatch(/^\/find\?search=[\w-]{16}$/)
    expect(textOf(page)).toMatch(/1 record of (this person|\S+) Newest first/)
    const [entry] = await shop.store.trace('200')
    expect(recordsIn(page)).toEqual([entry?.seq])
  })
})

test('a person’s records are newest first, in pages, those of one ticket together', async () => {
  const { location, page } = await find(person.email)
  expect(textOf(page)).toContain('Records of this person Newest first.')
  const first = recordsIn(page)
  expect(first).toHaveLength(20)
  expect(page.match(/<section class="group"/g)).toHaveLength(2)
  const [, older = ''] = /href="(\?[^"]+)">Older records/.exec(page) ?? []
  expect(older).toMatch(/^\?search=[\w-]{16}&amp;before=\d+$/)
  const next = await shop.browser().text(`/find${older.replace('&amp;', '&')}`)
  const second = recordsIn(next)
  expect(second).toHaveLength(3)
  expect(Math.min(...first)).toBeGreaterThan(Math.max(...second))
  const all = (await shop.store.findRecords({ refs: [person.id], limit: 100 })).map(({ seq }) => seq)
  expect([...first, ...second].sort((a, b) => b - a)).toEqual(all)
  for (const text of [location, page, next]) expect(text.toLowerCase()).not.toContain(person.email.toLowerCase())
})

test.each([
  ['99999999', 'That looks like a ticket number.'],
  ['https://www.klaviyo.com/flow/abc/edit', 'That address names nothing of Intercom or Klaviyo that has an id here'],
  ['0879999999', 'Enter the phone number with its country code'],
  ['353879999999', 'That is a phone number.'],
  ['+353 87 999 9999', 'That is a phone number.'],
])('when nothing is there, %s gets a hint', async (what, hint) => {
  expect(textOf((await find(what)).page)).toContain(hint)
})

test.each([PHONE, SHA256, 'ada@shop.example'])('%s in an address finds nothing', async (ref) => {
  const page = textOf(await shop.browser().text(`/find?ref=${encodeURIComponent(ref)}`))
  expect(page).toContain('This search has expired')
})

test('the store holds no hash that a table of addresses tells', async () => {
  expect(await shop.store.trace(hashEmailAddress(person.email))).toEqual([])
  const event = await eventOf('200')
  expect(event?.emailHash).toMatch(/^[0-9a-f]{64}$/)
  expect(event?.phoneHash).toMatch(/^[0-9a-f]{64}$/)
  const again = await openConsoleWithConnector()
  const { email } = await findContactWithEmail(again.intercom)
  expect(email).toBe(person.email)
  await again.notify('ticket.created', {
    type: 'ticket',
    id: '1',
    created_at: Math.floor(again.clock.now() / 1000) - 5,
    contacts: { contacts: [{ type: 'contact', id: person.id }] },
  })
  await again.work(2_000)
  const [theirs] = await again.store.events({ metric: 'Created Ticket', limit: 1 })
  const [ours] = await shop.store.findRecords({ refs: [person.id], limit: 1 })
  expect(theirs?.emailHash).toBeDefined()
  expect(theirs?.emailHash).not.toBe(ours?.outcome?.events[0]?.emailHash)
})
