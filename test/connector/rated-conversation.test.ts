/** A rating counts once: by webhook of any API version, by history, both in either order, and with a remark later. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const DAY = 86_400
const iso = (seconds: number, ms = '000') => new Date(seconds * 1000).toISOString().replace('.000Z', `.${ms}Z`)

interface Rating {
  readonly requested: number
  readonly updated: number
  readonly remark: string | null
}

/** The times and the rating as the payloads of an API version carry them. `updated_at` of the rating came with 2.14. */
const versions: Readonly<Record<string, (rating: Rating) => JsonObject>> = {
  '2.12': ({ requested }) => ({ created_at: requested }),
  '2.13 with times as text': ({ requested }) => ({ created_at: iso(requested, '641') }),
  '2.14': ({ requested, updated }) => ({ created_at: requested, updated_at: updated }),
  '2.14 with times as text': ({ requested, updated }) => ({ created_at: iso(requested), updated_at: iso(updated) }),
  '2.15': ({ requested, updated }) => ({ created_at: requested, updated_at: updated }),
  '2.16': ({ requested, updated }) => ({ created_at: requested, updated_at: updated }),
}

const courses = [
  'webhook',
  'history',
  'webhook, history',
  'history, webhook',
  'webhook, remark by webhook',
  'webhook, remark by history',
  'history, remark by webhook',
  'history, remark by history',
  'webhook, remark by webhook, history',
  'remark by webhook, webhook',
] as const

const rows = Object.keys(versions).flatMap((version) => courses.map((course) => [version, course] as const))

test.each(rows)('%s: %s', async (version, course) => {
  let current: JsonObject = {}
  const { connector, clock, klaviyo, intercom, notify, work } = await startConnector({
    conversations: 1,
    tickets: 0,
    intercept: (request) =>
      request.url.endsWith('/conversations/search')
        ? Response.json({ type: 'conversation.list', conversations: [current], total_count: 1, pages: {} })
        : undefined,
  })
  const { id: contact } = await findContactWithEmail(intercom)
  const now = Math.floor(clock.now() / 1000)
  const given: Rating = { requested: now - 600, updated: now - 300, remark: null }
  const remarked: Rating = { ...given, updated: now - 60, remark: 'Thank you' }

  const conversation = (rating: Rating, times: JsonObject): JsonObject => ({
    type: 'conversation',
    id: '215400000000901',
    created_at: now - DAY,
    updated_at: rating.updated,
    source: { type: 'conversation', author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
    conversation_rating: { rating: 4, remark: rating.remark, contact: { type: 'contact', id: contact }, ...times },
  })
  const toTimes = versions[version] ?? versions['2.16']
  for (const step of course.split(', ')) {
    const rating = step.startsWith('remark') ? remarked : given
    if (step.endsWith('webhook')) {
      await notify('conversation.rating.added', conversation(rating, toTimes?.(rating) ?? {}), { id: `n-${step}` })
      await work(60_000)
    } else {
      current = conversation(rating, { created_at: rating.requested, updated_at: rating.updated })
      await clock.until(readHistory(connector))
    }
  }

  const events = klaviyo.events().filter(({ metric }) => metric === 'Rated Conversation')
  expect(events.map(({ key }) => key)).toEqual([
    `sandbox1:rated-conversation:215400000000901:${iso(given.requested).slice(0, 19)}`,
  ])
})

async function readHistory(connector: Awaited<ReturnType<typeof startConnector>>['connector']): Promise<void> {
  const signal = new AbortController().signal
  for await (const { phase } of connector.backfill({ only: ['Rated Conversation'], restart: true, signal }))
    if (phase === 'done') return
}
