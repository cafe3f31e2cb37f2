/** The review of setup: a sample of each property, of the spec's cases before anything has come, and masked after. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { createConsole } from '../../../runtime/console/index.ts'
import type { PreviewInput } from '../../../runtime/mapping/preview.ts'
import { createAuthHarness, never, spec } from '../../helpers/auth.ts'
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

async function openReview(exampleRecords?: () => Promise<readonly PreviewInput[]>) {
  const it = createAuthHarness()
  const connections = await it.open({})
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections })
  const app = { name: 'connector', version: '1', summary: 'x' }
  const parts = { app, connector, clock, logger, signal: never, connections, exampleRecords }
  const client = browser(signVisitorsIn(createConsole(parts)), 'http://127.0.0.1:3000')
  return { ...it, page: () => clock.until(client.text('/set-up')) }
}

const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

/** Of the metric's own row: others have properties of the same name. */
const sampleOf = (page: string, metric: string, property: string) =>
  new RegExp(`<dt dir="auto">${property}</dt><dd>(.*?)</dd>`)
    .exec(page.slice(page.indexOf(`>${metric}</th>`)))?.[1]
    ?.replace(/<[^>]*>/g, '')

test('counts properties in examples, mapped by the running spec, and marks what is never present', async () => {
  const page = await (
    await openReview(async () => [RATED, { ...RATED, data: { ...CONVERSATION, title: 'Late' } }])
  ).page()
  expect(sampleOf(page, 'Rated Conversation', 'Conversation Rating')).toBe('4 in 2 of 2')
  expect(sampleOf(page, 'Rated Conversation', 'Title')).toBe('Late in 1 of 2')
  expect(sampleOf(page, 'Rated Conversation', 'SLA Status')).toBe('Never in 0 of 2')
  expect(textOf(page)).toMatch(/email, phone_number, Title and \d+ more \d+ never present/)
  expect(textOf(page)).toMatch(/Read Conversation .*? No event of it to look at/)
  expect(page).toContain('They are of a made-up shop')
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
