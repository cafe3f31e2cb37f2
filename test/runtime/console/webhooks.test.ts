/** Webhook health: topics and their states, what polling found, and that nothing is said of what was not checked. */
import { expect, test } from 'vitest'
import { WEBHOOK_ACTIVITY_CHECKPOINT } from '../../../runtime/lib/checkpoint-names.ts'
import { openConsole, openConsoleWithConnector } from '../../helpers/console.ts'

const text = (html: string) =>
  html
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

async function open() {
  const shop = await openConsoleWithConnector()
  const browser = shop.browser()
  const reconcile = async () => {
    await shop.clock.until(shop.connector.reconcile({ signal: new AbortController().signal }))
    await shop.work(60_000)
  }
  return { ...shop, reconcile, read: async (path: string) => text(await browser.text(path)) }
}

test('says that nothing was checked, then that nothing was missed', async () => {
  const { reconcile, read } = await open()
  expect(await read('/webhooks')).toMatch(
    /ticket\.created Never received never 0 Created Ticket not checked yet .*None yet Every 15 min\./,
  )
  expect(await read('/')).toContain('Not checked yet')
  await reconcile()
  const page = await read('/webhooks')
  expect(page).toContain('0 changed records (0 conversations, 0 tickets, 0 contacts)')
  expect(page).toMatch(/conversation\.user\.created Never received never 0 Created Conversation 0/)
  expect(page).toContain('A missed webhook cannot be found: Intercom keeps no history of it.')
  expect(await read('/')).toMatch(/Missed webhooks None Last checked/)
})

test('lists what no webhook reported, by metric, with advice', async () => {
  const { reconcile, read, intercom, clock } = await open()
  await reconcile()
  for (let i = 0; i < 30; i++) {
    await clock.until(intercom.act()) // no address is subscribed: every webhook is lost
    await clock.advance(5_000)
  }
  await clock.advance(180_000)
  await reconcile()
  const page = await read('/webhooks')
  expect(page).toMatch(
    /conversation\.user\.created Missed None ever came by webhook: .+? never 0 Created Conversation \d+ /,
  )
  expect(page).toContain('None ever came by webhook: subscribe to it in Intercom')
  expect(page).toContain('Events that no webhook reported')
  expect(page).toContain('Created Conversation')
  expect(await read('/')).toMatch(/Missed webhooks \d+ found/)
})

test('its former address leads to it', async () => {
  const { browser } = await openConsole()
  expect((await browser().get('/missed-webhooks')).headers.get('location')).toBe('/webhooks')
})

test('tells the last webhook over restarts', async () => {
  const { store, browser } = await openConsole()
  const read = async (path: string) => text(await browser().text(path))
  const last = Date.parse('2026-01-01T00:00:00Z')
  const value = { topics: { 'conversation.user.created': last }, last, gaps: {} }
  await store.writeCheckpoints([{ name: WEBHOOK_ACTIVITY_CHECKPOINT, value }])
  expect(await read('/')).toContain('Last webhook 2026-01-01')
  expect(await read('/set-up/webhooks')).toContain('Last webhook Before the last restart, 2026-01-01')
})

test('counts topics over restarts, names unknown ones, and says what is never seen', async () => {
  const shop = await openConsoleWithConnector()
  await shop.notify('conversation.user.created', { type: 'conversation', id: '1' }, { id: 'n-1' })
  await shop.notify('conversation.user.created', { type: 'conversation', id: '2' }, { id: 'n-2' })
  await shop.notify('thing.happened', { type: 'thing', id: '3' }, { id: 'n-3' })
  await shop.work(2_000)
  const read = async (client: ReturnType<typeof shop.browser>) => text(await client.text('/webhooks'))
  const page = await read(shop.browser())
  expect(page).toMatch(
    /conversation\.user\.created Received 2026-\S+ \S+ UTC Events of conversation\.user\.created 2 Created Conversation/,
  )
  expect(page).toMatch(/ticket\.created Never received never 0 /)
  expect(page).toMatch(
    /thing\.happened Unknown topic Unsubscribe from it in Intercom.+? 2026-\S+ \S+ UTC Events of thing\.happened 1 nothing/,
  )
  // The second page adds nothing twice, and the next process knows them.
  expect(await read(shop.browser())).toContain('conversation.user.created 2 Created Conversation')
  const next = await openConsole({ connector: { store: shop.store } })
  expect(await read(next.browser())).toMatch(
    /thing\.happened Unknown topic .+? 2026-\S+ \S+ UTC Events of thing\.happened 1 nothing/,
  )
})

test('the address and the topics are there to copy, each topic leads to its events', async () => {
  const shop = await openConsoleWithConnector()
  await shop.notify('ticket.created', { type: 'ticket', id: '1' }, { id: 'n-1' })
  const page = await shop.browser().text('/webhooks')
  expect(page).toContain('data-copy="http://localhost:3000/webhooks/intercom"')
  expect(page).toMatch(/data-copy="[^"]*conversation\.user\.created\n/)
  expect(page).toContain('<a href="/events?topic=ticket.created">Events<')
  expect(page).not.toMatch(/href="\/events\?topic=[^"]*">\d/)
})

test('counts each webhook once when the connector is loaded again', async () => {
  const shop = await openConsoleWithConnector()
  type Shop = typeof shop
  const ticket = (id: string, { notify }: Shop) => notify('ticket.created', { type: 'ticket', id }, { id: `n-${id}` })
  const count = async ({ browser }: Shop) =>
    / of ticket\.created (\d+) /.exec(text(await browser().text('/webhooks')))?.[1]
  await ticket('1', shop)
  expect(await count(shop)).toBe('1')
  await ticket('2', shop)
  const next = await openConsoleWithConnector({}, { connector: { store: shop.store }, clock: shop.clock })
  // As many came since as were counted before.
  await ticket('3', next)
  expect(await count(next)).toBe('3')
})
