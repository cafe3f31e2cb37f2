/** Nothing of a person, hashed or not, stands in an address: of links, forms, redirects and streams. */
import { expect, test } from 'vitest'
import { hashEmailAddress } from '../../../runtime/lib/text/email-address.ts'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

const BASE = 'http://localhost:3000'

/** Every address in a page: where links, forms, images and streams lead, and where a refresh goes. */
const addressesIn = (page: string): readonly string[] =>
  [...page.matchAll(/\s(?:href|action|src|formaction|data-events|content)="([^"]*)"/g)].map(([, address = '']) =>
    decodeURIComponent(address.replaceAll('&amp;', '&').replace(/%(?![\da-f]{2})/gi, '')),
  )

test('after deliveries, failures and searches of a person', async () => {
  const shop = await openConsoleWithConnector({}, { conversations: 20, tickets: 15 })
  const { id, email } = await findContactWithEmail(shop.intercom)
  const at = Math.floor(shop.clock.now() / 1000) - 5
  const conversation_rating = { rating: 2, created_at: at, updated_at: at, contact: { id } }
  const contacts = { contacts: [{ type: 'contact', id }] }
  await shop.notify('conversation.rating.added', {
    type: 'conversation',
    id: '77',
    created_at: at,
    contacts,
    conversation_rating,
  })
  // A contact that the mapping cannot read fails, and so does a ticket of the person.
  await shop.notify('contact.user.updated', {
    type: 'contact',
    id,
    email,
    role: 'user',
    created_at: 'x',
    updated_at: 'y',
  })
  await shop.notify('ticket.created', { type: 'ticket', id: '901', contacts, email })
  await shop.work(60_000)

  const client = shop.browser()
  const addresses: string[] = []
  const seen = new Set<string>()
  const queue = ['/']
  for (const what of [email, id, '77', hashEmailAddress(email)]) {
    const { status, headers } = await client.post('/find', { what }, { from: '/find' })
    const location = headers.get('location') ?? ''
    expect([status, location]).toEqual([303, expect.stringMatching(/^\/find\?search=/)])
    addresses.push(location)
    queue.push(location)
  }
  for (let path = queue.shift(); path !== undefined && seen.size < 150; path = queue.shift()) {
    if (seen.has(path)) continue
    seen.add(path)
    const page = await shop.clock.until(client.text(path))
    addresses.push(...addressesIn(page))
    for (const [, href = ''] of page.matchAll(/href="([^"#]+)/g)) {
      const url = new URL(href.replaceAll('&amp;', '&'), new URL(path, BASE))
      if (url.origin === BASE && !url.pathname.startsWith('/assets/')) queue.push(url.pathname + url.search)
    }
  }
  // Otherwise it proves nothing.
  expect(seen.size).toBeGreaterThan(15)
  expect([...seen].some((path) => path.includes('show='))).toBe(true)
  for (const secret of [id, email, email.split('@')[0] ?? '', hashEmailAddress(email)])
    expect(addresses.filter((address) => address.toLowerCase().includes(secret.toLowerCase()))).toEqual([])
})
