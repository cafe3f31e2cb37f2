/** The pages of property coverage, over a real connector. */
import { expect, test } from 'vitest'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'

const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

test('shows how often each property was present, masked, and which never in 20 events', async () => {
  const shop = await openConsoleWithConnector()
  const person = await findContactWithEmail(shop.intercom)
  const rate = async (id: string, title?: string) => {
    const at = Math.floor(shop.clock.now() / 1000) - 5
    const conversation_rating = { rating: 2, created_at: at, updated_at: at, contact: { id: person.id } }
    const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] }
    const item = { type: 'conversation', id, created_at: at - 60, title, contacts, conversation_rating }
    await shop.notify('conversation.rating.added', item, { id: `n-${id}` })
    await shop.work(2_000)
  }
  await rate('77')
  await rate('78', 'Quillon was rude')
  const page = await shop.browser().text('/coverage/Rated%20Conversation')
  expect(textOf(page)).toMatch(/In the newest 2 of 2 delivered events, live and history/)
  expect(textOf(page)).toMatch(/Rating 100% 2 number/)
  expect(textOf(page)).toMatch(/ 50% 1 string text of 16/)
  expect(textOf(page)).toContain('0 of 2 so far')
  expect(textOf(page)).not.toContain('Never')
  expect(page).not.toMatch(/Quillon|rude/)
  expect(page).not.toContain(person.email)
  const list = textOf(await shop.browser().text('/coverage'))
  expect(list).toMatch(/Rated Conversation 2 of 2 \d+ \d+ without a value in 2 events so far/)
  expect(list).toMatch(/Read Conversation 0 of 0 \d+ No event yet/)
  expect(list).toMatch(/Profile 2 sent \d+ \d+ without a value in 2 profiles so far/)
  const profile = await shop.browser().text('/coverage/Profile')
  expect(textOf(profile)).toContain('In the newest 2 profiles that were sent, with live events and profile updates.')
  expect(textOf(profile)).toMatch(/email 100% 2 string text of \d+/)
  expect(profile).toContain('0 of 2 so far')
  expect(profile).not.toContain(person.email)
  for (let id = 100; id < 118; id += 1) await rate(`${id}`)
  const full = textOf(await shop.browser().text('/coverage/Rated%20Conversation'))
  expect(full).toMatch(/Never Mapping .*? 0% 0 /)
  expect(full).not.toContain('so far')
  expect(textOf(await shop.browser().text('/coverage'))).toMatch(/Rated Conversation 20 of 20 \d+ .*SLA Status/)
  expect(textOf(await shop.browser().text('/coverage/Profile'))).toContain('Never Mapping')
})

test('knows no other metric', async () => {
  const shop = await openConsoleWithConnector()
  expect((await shop.browser().get('/coverage/Nothing')).status).toBe(404)
  expect((await shop.browser().get('/coverage/Profile')).status).toBe(200)
})

test('counts every event of an import, though the content of few of them is kept', async () => {
  const shop = await openConsoleWithConnector()
  const run = async () => {
    for await (const _ of shop.connector.backfill({ signal: new AbortController().signal }));
  }
  await shop.clock.until(run())
  const list = textOf(await shop.browser().text('/coverage'))
  const [, events, delivered] = /Created Conversation (\d+) of (\d+) /.exec(list) ?? []
  expect(events).toBe(delivered)
  expect(Number(events)).toBeGreaterThan(20)
  // Their profiles have identifiers only.
  expect(list).toMatch(/Profile 0 sent \d+ No profile yet/)
  expect(textOf(await shop.browser().text('/coverage/Profile'))).toContain('No profile is counted yet.')
})
