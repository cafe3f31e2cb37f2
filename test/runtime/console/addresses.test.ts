/** Nothing of a person, hashed or not, stands in an address: of links, forms, redirects and streams. */
import { expect, test } from 'vitest'
import { hashEmailAddress } from '../../../runtime/lib/text/email-address.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { crawl, seedPerson } from '../../helpers/crawl.ts'

/** Every address in a page: where links, forms, images and streams lead, and where a refresh goes. */
const addressesIn = (page: string): readonly string[] =>
  [...page.matchAll(/\s(?:href|action|src|formaction|data-events|content)="([^"]*)"/g)].map(([, address = '']) =>
    decodeURIComponent(address.replaceAll('&amp;', '&').replace(/%(?![\da-f]{2})/gi, '')),
  )

test('after deliveries, failures and searches of a person', async () => {
  const shop = await openConsoleWithConnector({}, { conversations: 20, tickets: 15 })
  const { id, email } = await seedPerson(shop)

  const client = shop.browser()
  const addresses: string[] = []
  const from = ['/']
  for (const what of [email, id, '77', hashEmailAddress(email)]) {
    const { status, headers } = await client.post('/find', { what }, { from: '/find' })
    const location = headers.get('location') ?? ''
    expect([status, location]).toEqual([303, expect.stringMatching(/^\/find\?search=/)])
    addresses.push(location)
    from.push(location)
  }
  const crawled = await crawl(shop, client, from)
  addresses.push(...crawled.flatMap(({ html }) => addressesIn(html)))
  // Otherwise it proves nothing.
  expect(crawled.length).toBeGreaterThan(15)
  expect(crawled.some(({ path }) => path.startsWith('/records/'))).toBe(true)
  for (const secret of [id, email, email.split('@')[0] ?? '', hashEmailAddress(email)])
    expect(addresses.filter((address) => address.toLowerCase().includes(secret.toLowerCase()))).toEqual([])
})
