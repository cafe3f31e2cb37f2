/** From what a person has in hand to the event: find, open, show personal data, copy the request; then masked again. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { horizontalOverflow, inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

interface Body {
  readonly data: { readonly attributes: { readonly unique_id: string } }
}

inBrowser('finds by whatever people have in hand', async () => {
  const it = await startApp(closing, { conversations: 60 })
  const person = (await it.people()).find(({ phone }) => phone?.startsWith('+'))
  if (person === undefined) throw new Error('no contact has an address and a phone number')
  await it.rate('77', person)
  const contacts = { contacts: [{ type: 'contact', id: person.id }] }
  const created_at = Math.floor(it.clock.now() / 1000)
  await it.notify('ticket.created', { type: 'ticket', id: '8001', ticket_id: '660001', created_at, contacts })
  await it.work(5_000)
  const { page, faults } = await openPage(closing)
  await it.during(page.goto(`${it.url}find`))
  const find = async (what: string) => {
    await page.getByRole('searchbox').fill(what)
    await it.during(page.getByRole('button', { name: 'Find', exact: true }).click())
  }
  for (const [what, found] of [
    ['Ticket #660001', 'Created Ticket'],
    ['https://app.eu.intercom.com/a/inbox/sandbox1/inbox/conversation/77', 'Rated Conversation'],
    [`mailto:${person.email}`, 'Created Ticket'],
    [`José <${person.email}>`, 'Rated Conversation'],
    [person.phone ?? '', 'Created Ticket'],
    [person.id, 'Rated Conversation'],
  ] as const) {
    await find('unknown')
    await page.locator('#found.card').waitFor()
    await find(what)
    await page.locator('#found article', { hasText: found }).first().waitFor()
    expect(page.url()).not.toMatch(/@|\+|%2B/)
  }
  await find('999999')
  await page.locator('#found .note', { hasText: 'number' }).waitFor()
  expect(faults).toEqual([])
})

inBrowser('finds a person, opens an event, shows it in full and copies its request', async () => {
  const it = await startApp(closing, { conversations: 9 })
  const [person] = await it.people()
  if (person === undefined) throw new Error('no contact has an address')
  await it.rate('77', person)
  await it.work(3_000)
  const [event] = await it.store.events({ metric: 'Rated Conversation', limit: 1 })
  const { page, faults } = await openPage(closing, { permissions: ['clipboard-read', 'clipboard-write'] })
  const visited: string[] = []
  page.on('request', (request) => visited.push(`${request.url()} ${request.headers().referer ?? ''}`))

  await it.during(page.goto(`${it.url}find`))
  await page.getByRole('searchbox').fill(`"Someone" <${person.email.toUpperCase()}>`)
  await it.during(page.getByRole('button', { name: 'Find', exact: true }).click())
  await page.getByRole('heading', { name: /record of this person/ }).waitFor()
  await it.during(page.getByRole('link', { name: /Show the record/ }).click())
  await page.getByRole('heading', { name: 'Processing' }).waitFor()

  await it.during(page.goto(`${it.url}metric/Rated%20Conversation`))
  await it.during(page.locator(`a[href="/events/${event?.id}"]`).first().click())
  await page.getByRole('heading', { name: 'What was sent' }).waitFor()
  expect(await page.content()).not.toContain(person.email)
  await it.during(page.getByRole('button', { name: 'Show personal data' }).click())
  await page.getByRole('button', { name: 'Copy the body' }).click()
  const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()')) as Body
  expect(copied.data.attributes.unique_id).toBe(event?.key)
  expect(JSON.stringify(copied)).toContain(person.email)

  await page.setViewportSize({ width: 375, height: 800 })
  expect(await horizontalOverflow(page)).toBe(0)
  await it.during(page.getByRole('button', { name: 'Hide personal data' }).click())
  await page.getByText('Personal data is masked.').waitFor()
  expect(await page.content()).not.toContain(person.email)
  const secrets = [person.email, encodeURIComponent(person.email), person.email.split('@')[0] ?? '']
  expect(visited.filter((line) => secrets.some((secret) => line.toLowerCase().includes(secret)))).toEqual([])
  expect(faults).toEqual([])
})
