/** The filtered events as CSV, streamed: people masked, and no cell that a spreadsheet runs. */
import { html } from 'hono/html'
import type { EventPosition, EventSearch, FoundEvent } from '../../../ports/event-search.ts'
import type { Store } from '../../../ports/store.ts'
import { type EventFilter, eventsLink, UNMOUNTED } from '../../event-links.ts'
import { icon } from '../../icons.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { SEARCH_EXPIRED } from '../find/parse-search.ts'
import { parseFilter, toSearch } from './filter.ts'

const PATH = '/events.csv'
/** Events read at once. */
const CHUNK = 500

export const csvLink = (filter: EventFilter, context: PageContext): Html =>
  html`<a class="button plain" href="${context.link(eventsLink(filter, UNMOUNTED).replace('/events', PATH))}" download>${icon('download')}Download CSV</a>`

export const eventsCsvPage: Page = {
  path: PATH,
  title: 'Events as CSV',
  render(context) {
    const search = toSearch(parseFilter(context.url.searchParams, context.timeZone), context)
    if (search === undefined) return context.notFound(SEARCH_EXPIRED)
    const day = new Date(context.options.clock.now()).toISOString().slice(0, 10)
    return new Response(streamCsv(search, context.options.connector.store), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="events-${day}.csv"`,
      },
    })
  },
}

type Column = readonly [name: string, value: (event: FoundEvent) => string | number | undefined]

const isoTime = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString())

const COLUMNS: readonly Column[] = [
  ['happened', ({ at }) => isoTime(at)],
  ['metric', ({ metric }) => metric],
  ['outcome', ({ status }) => (status === 'deferred' ? 'waiting' : status === 'dead' ? 'failed' : status)],
  ['reason', ({ reason, fault }) => reason ?? fault?.code],
  ['detail', ({ fault }) => fault?.message],
  ['place', ({ fault }) => fault?.place],
  ['profile', ({ person }) => person],
  ['origin', ({ origin }) => origin],
  ['received by', ({ ingress }) => ingress],
  ['topic', ({ topic, stream }) => topic ?? stream],
  ['ended', ({ settledAt }) => isoTime(settledAt)],
  ['record', ({ record }) => record],
  ['event', ({ id }) => (id > 0 ? id : undefined)],
]

function streamCsv(search: Omit<EventSearch, 'limit'>, store: Pick<Store, 'findEvents'>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let before: EventPosition | undefined
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(line(COLUMNS.map(([name]) => name)))),
    async pull(controller) {
      const events = await store.findEvents({ ...search, ...(before && { before }), limit: CHUNK })
      const text = events.map((event) => line(COLUMNS.map(([, value]) => value(event)))).join('')
      if (text !== '') controller.enqueue(encoder.encode(text))
      before = events.at(-1)
      if (events.length < CHUNK) controller.close()
    },
  })
}

const line = (values: readonly (string | number | undefined)[]): string => `${values.map(toCell).join(',')}\r\n`

/** Quoted (RFC 4180), and with a leading apostrophe where a spreadsheet would take the text for a formula. */
export function toCell(value: string | number | undefined = ''): string {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe
}
