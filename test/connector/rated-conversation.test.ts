/**
 * A rating counts once: by webhook of any API version, by history, both in either order, and with a remark later. A
 * rating of Fin and one of a teammate are two.
 */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const DAY = 86_400
const ID = '215400000000901'
const iso = (seconds: number, ms = '000') => new Date(seconds * 1000).toISOString().replace('.000Z', `.${ms}Z`)

interface Rating {
  readonly requested: number
  readonly updated: number
  readonly remark: string | null
}

interface VersionTimes {
  readonly teammate: (rating: Rating) => JsonObject
  readonly fin: (rating: Rating) => JsonObject
}

const untimed = () => ({})
const timed = ({ requested, updated }: Rating) => ({ created_at: requested, updated_at: updated })

/** The times of ratings as the payloads of an API version carry them. Fin's, and `updated_at`, came with 2.14. */
const versions: Readonly<Record<string, VersionTimes>> = {
  '2.12': { teammate: ({ requested }) => ({ created_at: requested }), fin: untimed },
  '2.13 with times as text': { teammate: ({ requested }) => ({ created_at: iso(requested, '641') }), fin: untimed },
  '2.14': { teammate: timed, fin: timed },
  '2.14 with times as text': {
    teammate: ({ requested, updated }) => ({ created_at: iso(requested), updated_at: iso(updated) }),
    fin: ({ requested, updated }) => ({ created_at: iso(requested), updated_at: iso(updated) }),
  },
  '2.16': { teammate: timed, fin: timed },
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

const raters = ['a teammate', 'Fin', 'Fin, then a teammate'] as const
const rows = Object.keys(versions).flatMap((version) =>
  raters.flatMap((rated) => courses.map((course) => [rated, version, course] as const)),
)

test.each(rows)('%s rated, %s: %s', async (rated, version, course) => {
  let current: JsonObject = {}
  const { connector, clock, klaviyo, intercom, notify, work } = await startConnector({
    conversations: 1,
    tickets: 0,
    intercept: (request) =>
      request.url.endsWith('/conversations/search')
        ? Response.json({ type: 'conversation.list', conversations: [current], total_count: 1, pages: {} })
        : undefined,
  })
  const { id: contact, email } = await findContactWithEmail(intercom)
  const now = Math.floor(clock.now() / 1000)
  const given: Rating = { requested: now - 600, updated: now - 300, remark: null }
  const remarked: Rating = { ...given, updated: now - 60, remark: 'Thank you' }
  const ofFin: Rating = { requested: now - 900, updated: now - 880, remark: null }
  const both = rated === 'Fin, then a teammate'

  const conversation = (rating: Rating, times: VersionTimes): JsonObject => ({
    type: 'conversation',
    id: ID,
    created_at: now - DAY,
    updated_at: rating.updated,
    source: { type: 'conversation', author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
    conversation_rating:
      rated === 'Fin'
        ? null
        : {
            rating: 4,
            remark: rating.remark,
            contact: { type: 'contact', id: contact },
            teammate: { type: 'admin', id: '9600001' },
            ...times.teammate(rating),
          },
    ai_agent:
      rated === 'a teammate'
        ? { rating: null, rating_remark: null }
        : { rating: 2, rating_remark: rating.remark, ...times.fin(both ? ofFin : rating) },
  })

  for (const step of course.split(', ')) {
    const rating = step.startsWith('remark') ? remarked : given
    if (step.endsWith('webhook')) {
      const times = versions[version] ?? { teammate: timed, fin: timed }
      await notify('conversation.rating.added', conversation(rating, times), { id: `n-${step}` })
      await work(60_000)
    } else {
      current = conversation(rating, { teammate: timed, fin: timed })
      await clock.until(readHistory(connector))
    }
  }

  const events = klaviyo.events().filter(({ metric }) => metric === 'Rated Conversation')
  const [teammates, fins] = [
    `sandbox1:rated-conversation:${ID}:${iso(given.requested).slice(0, 19)}`,
    `sandbox1:rated-conversation:${ID}:fin`,
  ]
  // A webhook of before 2.14 has no time for a rating of Fin that it does not announce; history has.
  const isFinTold = !both || versions[version]?.fin !== untimed || course.includes('history')
  const expected = [...(rated === 'a teammate' || !isFinTold ? [] : [fins]), ...(rated === 'Fin' ? [] : [teammates])]
  expect(events.map(({ key }) => key).sort()).toEqual(expected.sort())
  expect(new Set(events.map(({ email }) => email))).toEqual(new Set([email]))
  const ratings = Object.fromEntries(events.map(({ key, properties }) => [key, properties]))
  if (expected.includes(fins)) {
    expect(ratings[fins]).toMatchObject({ 'Conversation Rating': 2, 'Rating Given To': 'Fin' })
  }
  if (expected.includes(teammates)) {
    expect(ratings[teammates]).toMatchObject({ 'Conversation Rating': 4, 'Rating Given To': 'teammate' })
  }
})

async function readHistory(connector: Awaited<ReturnType<typeof startConnector>>['connector']): Promise<void> {
  const signal = new AbortController().signal
  for await (const { phase } of connector.backfill({ only: ['Rated Conversation'], restart: true, signal }))
    if (phase === 'done') return
}
