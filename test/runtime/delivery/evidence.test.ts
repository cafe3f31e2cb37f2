/** Every part of a notification counts once: by webhook, by history, and by both in either order. */
import { describe, expect, test } from 'vitest'
import { liveSinceCheckpoint } from '../../../runtime/lib/checkpoint-names.ts'
import { findContactWithEmail, startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The kind of a part, and when it happened: seconds from the start of the test. */
type Part = readonly [kind: 'submitted' | 'waiting_on_customer' | 'resolved' | 'reply', at: number]

interface Notice {
  /** How many of the parts it carries; the last one is announced. */
  readonly parts: number
  /** When Intercom created it. Default: with the part that it announces. */
  readonly at?: number
  readonly id?: string
}

interface Course {
  readonly name: string
  /** Default: a ticket. */
  readonly resource?: 'ticket' | 'conversation'
  readonly parts: readonly Part[]
  readonly notices: readonly Notice[]
  /** When the first webhook arrived. Default: `LIVE_SINCE`. */
  readonly liveSince?: number
  /** By webhook alone: which parts are sent, and whether they start a flow. */
  readonly live: readonly (readonly [part: number, triggersFlows: boolean])[]
}

const METRICS = {
  submitted: 'Submitted Ticket',
  waiting_on_customer: 'Marked Ticket On Hold',
  resolved: 'Resolved Ticket',
  reply: 'Replied to Ticket',
}

const courses: readonly Course[] = [
  {
    name: 'submitted, on hold and resolved within a second, one notice',
    parts: [
      ['submitted', -2],
      ['waiting_on_customer', -2],
      ['resolved', -2],
    ],
    notices: [{ parts: 3 }],
    live: [
      [0, true],
      [1, true],
      [2, true],
    ],
  },
  {
    name: 'the same as the first webhook of all, which comes seconds later',
    parts: [
      ['submitted', -9],
      ['waiting_on_customer', -8],
      ['resolved', -7],
    ],
    notices: [{ parts: 3, at: -2 }],
    liveSince: -2,
    live: [
      [0, false],
      [1, false],
      [2, true],
    ],
  },
  {
    name: 'two notices within seconds carry the same parts',
    parts: [
      ['submitted', -9],
      ['resolved', -6],
    ],
    notices: [{ parts: 2, at: -9 }, { parts: 2 }],
    live: [
      [0, true],
      [1, true],
    ],
  },
  {
    name: 'a lost notice, whose part the next one carries',
    parts: [
      ['submitted', -2 * HOUR],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 2 }],
    live: [
      [0, true],
      [1, true],
    ],
  },
  {
    name: 'a lost notice of two days ago is made good without a flow',
    parts: [
      ['submitted', -2 * DAY],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 2 }],
    live: [
      [0, false],
      [1, true],
    ],
  },
  {
    name: 'the notice of a change that is no event carries a lost one',
    parts: [
      ['resolved', -HOUR],
      ['reply', -MINUTE],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 2 }, { parts: 3 }],
    live: [
      [0, true],
      [1, true],
      [2, true],
    ],
  },
  {
    name: 'notices in reverse order',
    parts: [
      ['submitted', -3 * MINUTE],
      ['waiting_on_customer', -2 * MINUTE],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 3 }, { parts: 2 }, { parts: 1 }],
    live: [
      [0, true],
      [1, true],
      [2, true],
    ],
  },
  {
    name: 'a notice three days late starts no flow',
    parts: [['submitted', -3 * DAY + HOUR]],
    notices: [{ parts: 1 }],
    live: [[0, false]],
  },
  {
    name: 'a notice forty days late starts no flow',
    parts: [['submitted', -40 * DAY]],
    notices: [{ parts: 1 }],
    live: [[0, false]],
  },
  {
    name: 'an older part from before live began is left to history',
    parts: [
      ['submitted', -2 * HOUR],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 2 }],
    liveSince: -HOUR,
    live: [[1, true]],
  },
  {
    name: 'a retry, and a second notice of the same change',
    parts: [
      ['submitted', -2 * MINUTE],
      ['resolved', -MINUTE],
    ],
    notices: [{ parts: 1 }, { parts: 2 }, { parts: 2 }, { parts: 2, id: 'another' }],
    live: [
      [0, true],
      [1, true],
    ],
  },
  {
    name: 'replies on a ticket',
    parts: [
      ['submitted', -2 * DAY],
      ['reply', -2 * HOUR],
      ['reply', -MINUTE],
    ],
    notices: [{ parts: 1 }, { parts: 3 }],
    live: [
      [0, false],
      [1, true],
      [2, true],
    ],
  },
  {
    name: 'replies in a conversation',
    resource: 'conversation',
    parts: [
      ['reply', -2 * DAY],
      ['reply', -HOUR],
      ['reply', -MINUTE],
    ],
    notices: [{ parts: 3 }, { parts: 2 }],
    live: [
      [0, false],
      [1, true],
      [2, true],
    ],
  },
  {
    name: 'a reply in a conversation from before live began',
    resource: 'conversation',
    parts: [
      ['reply', -2 * HOUR],
      ['reply', -MINUTE],
    ],
    notices: [{ parts: 2 }],
    liveSince: -HOUR,
    live: [[1, true]],
  },
]

const LIVE_SINCE = -3 * DAY - HOUR

const SEARCHED = /\/(conversations|tickets)\/search$/

async function play({ resource = 'ticket', parts, notices, liveSince = LIVE_SINCE }: Course) {
  const streams: Record<string, object[]> = { conversations: [], tickets: [] }
  const harness = await startConnector({
    intercept: (request) => {
      const { pathname } = new URL(request.url)
      const [, stream] = SEARCHED.exec(pathname) ?? []
      if (stream !== undefined)
        return Response.json({ [stream]: streams[stream], total_count: streams[stream]?.length, pages: {} })
      return pathname === '/conversations/4711' ? Response.json(itemWith(parts.length)) : undefined
    },
  })
  const { connector, clock, intercom, klaviyo, notify, work } = harness
  const { id: contact } = await findContactWithEmail(intercom)
  const seconds = (at: number) => Math.floor(start / 1000) + at
  const start = clock.now()

  function itemWith(count: number): object {
    const list = parts.slice(0, count).map(([kind, at], index) => {
      const reply = { part_type: 'comment', author: { type: 'user', id: contact } }
      const state = { part_type: 'ticket_state_updated_by_admin', ticket_state: kind, previous_ticket_state: null }
      return { id: `p${index}`, created_at: seconds(at), ...(kind === 'reply' ? reply : state) }
    })
    const contacts = { contacts: [{ id: contact }] }
    const item = { id: '4711', created_at: seconds(-60 * DAY), updated_at: seconds(0), contacts }
    return resource === 'ticket'
      ? { ...item, ticket_id: '9', ticket_parts: { ticket_parts: list, total_count: count } }
      : { ...item, source: null, conversation_parts: { conversation_parts: list, total_count: count } }
  }

  async function begin(): Promise<void> {
    const topics = new Set(harness.spec.mappings.flatMap((mapping) => [...mapping.topics]))
    const value = seconds(liveSince) * 1000
    await harness.store.writeCheckpoints([...topics].map((topic) => ({ name: liveSinceCheckpoint(topic), value })))
  }

  async function sendNotices(): Promise<void> {
    for (const { parts: count, at = parts[count - 1]?.[1] ?? 0, id = `${count} ${at}` } of notices) {
      const topicOfTicket = parts[count - 1]?.[0] === 'reply' ? 'ticket.contact.replied' : 'ticket.state.updated'
      const topic = resource === 'ticket' ? topicOfTicket : 'conversation.user.replied'
      expect(await notify(topic, itemWith(count), { created_at: seconds(at), id })).toBe(200)
      await work()
    }
  }

  async function importHistory(): Promise<void> {
    streams[`${resource}s`] = [itemWith(parts.length)]
    const metrics = [...Object.values(METRICS), 'Replied to Conversation']
    const run = async () => {
      for await (const { phase } of connector.backfill({ only: metrics, signal: new AbortController().signal }))
        if (phase === 'done') return
    }
    await clock.until(run())
  }

  const metricOf = (kind: Part[0]) => (resource === 'ticket' ? METRICS[kind] : 'Replied to Conversation')
  /** The part and whether it started a flow, in order of time. */
  const sent = () => {
    const all = klaviyo.events().map(({ key, metric, triggersFlows }) => {
      const index = Number(/:p(\d+)$/.exec(key ?? '')?.[1])
      expect(metric).toBe(metricOf(parts[index]?.[0] ?? 'reply'))
      return [index, triggersFlows] as const
    })
    return all.sort(([a], [b]) => a - b)
  }
  return { ...harness, begin, sendNotices, importHistory, sent }
}

const inFull = ({ parts }: Course) => parts.map((_, index) => index)

describe.each(courses)('$name', (course) => {
  test('by webhook', async () => {
    const { begin, sendNotices, sent, klaviyo, store } = await play(course)
    await begin()
    await sendNotices()
    expect(sent()).toEqual(course.live)
    expect(klaviyo.summary().duplicates).toBe(0)
    // The ledger and the totals show each part once, and nothing of its repetitions.
    const entries = await store.trace('4711')
    const delivered = entries
      .flatMap(({ outcome }) => outcome?.events ?? [])
      .filter(({ status }) => status === 'delivered')
    expect(delivered).toHaveLength(course.live.length)
    const tallies = (await store.tallies('live')).filter(({ metric, status }) => metric && status === 'delivered')
    expect(tallies.reduce((sum, { count }) => sum + count, 0)).toBe(course.live.length)
  })

  test('by history', async () => {
    const { importHistory, sent } = await play(course)
    await importHistory()
    expect(sent()).toEqual(inFull(course).map((index) => [index, false]))
  })

  test('by webhook, then by history', async () => {
    const { begin, sendNotices, importHistory, sent, klaviyo } = await play(course)
    await begin()
    await sendNotices()
    await importHistory()
    const flows = new Map(course.live)
    expect(sent()).toEqual(inFull(course).map((index) => [index, flows.get(index) ?? false]))
    expect(klaviyo.summary().duplicates).toBe(0)
  })

  test('by history, then by webhook', async () => {
    const { begin, sendNotices, importHistory, sent, klaviyo } = await play(course)
    await importHistory()
    await begin()
    await sendNotices()
    expect(sent()).toEqual(inFull(course).map((index) => [index, false]))
    expect(klaviyo.summary().duplicates).toBe(0)
  })

  test('by history after live began, then by webhook', async () => {
    const { begin, sendNotices, importHistory, sent, klaviyo } = await play(course)
    await begin()
    await importHistory()
    await sendNotices()
    const flows = new Map(course.live)
    const isHistory = (index: number) => (course.parts[index]?.[1] ?? 0) < (course.liveSince ?? LIVE_SINCE)
    expect(sent()).toEqual(inFull(course).map((index) => [index, !isHistory(index) && (flows.get(index) ?? false)]))
    expect(klaviyo.summary().duplicates).toBe(0)
  })
})
