/** Every event of all metrics and profiles: those that ended, and those that wait. */
import { html } from 'hono/html'
import type { EventPosition, EventSearch, FoundEvent } from '../../../ports/event-search.ts'
import { toSearchKeys } from '../../../search-keys.ts'
import { type EventFilter, eventsLink, UNMOUNTED, withParameter } from '../../event-links.ts'
import { icon } from '../../icons.ts'
import { firstEventStep } from '../../next-step.ts'
import type { Action, Html, Page, PageContext } from '../../types.ts'
import { parseSearch, SEARCH_EXPIRED } from '../find/parse-search.ts'
import { csvLink } from './csv.ts'
import { formatPosition, parseFilter, parsePosition, toSearch } from './filter.ts'
import { filterForm } from './filter-form.ts'
import { newEventsStrip } from './new-events.ts'
import { eventsTable } from './table.ts'

const PAGE_SIZE = 50

export const eventsPage: Page = {
  path: '/events',
  title: 'Events',
  nav: 'Events',
  async render(context) {
    const filter = parseFilter(context.url.searchParams, context.timeZone)
    const search = toSearch(filter, context)
    if (search === undefined)
      return html`${await filterForm({ ...filter, search: undefined }, context)}<p class="note">${SEARCH_EXPIRED}</p>`
    const [form, page] = await Promise.all([filterForm(filter, context), readPage(search, context)])
    if (page === undefined) return context.redirect(eventsLink(filter, UNMOUNTED))
    return html`${form}
${page.newer === undefined && (await newEventsStrip({ filter, search, first: page.events[0] }, context))}
${page.events.length === 0 ? await nothingFound(filter, context) : eventsTable(page.events, context)}
${pager(filter, page, context)}`
  },
}

interface EventsPage {
  readonly events: readonly FoundEvent[]
  /** The next newer event is after this one, the next older before that one. Absent: there is none. */
  readonly newer?: EventPosition | undefined
  readonly older?: EventPosition | undefined
}

/** Undefined: there is nothing newer any more than the page that the address continues from. */
async function readPage(
  search: Omit<EventSearch, 'limit'>,
  { url, options }: PageContext,
): Promise<EventsPage | undefined> {
  const before = parsePosition(url.searchParams.get('before'))
  const after = before === undefined ? parsePosition(url.searchParams.get('after')) : undefined
  const query = { ...search, ...(before && { before }), ...(after && { after }), limit: PAGE_SIZE + 1 }
  const found = await options.connector.store.findEvents(query)
  if (after !== undefined && found.length === 0) return undefined
  const isMore = found.length > PAGE_SIZE
  const events = !isMore ? found : after === undefined ? found.slice(0, PAGE_SIZE) : found.slice(1)
  const hasNewer = after === undefined ? before !== undefined : isMore
  const hasOlder = after === undefined ? isMore : true
  return {
    events,
    newer: hasNewer ? (events[0] ?? before) : undefined,
    older: hasOlder ? events.at(-1) : undefined,
  }
}

function pager(filter: EventFilter, { events, newer, older }: EventsPage, context: PageContext): Html {
  const base = eventsLink(filter, context)
  const at = (name: 'before' | 'after', position: EventPosition) => withParameter(base, name, formatPosition(position))
  return html`<nav class="pager" aria-label="Pages of events"><div class="row">
${newer && html`<a class="button plain" href="${base}">Newest</a><a class="button plain" rel="prev" href="${at('after', newer)}">${icon('chevron-left')}Newer</a>`}
${older && html`<a class="button plain" rel="next" href="${at('before', older)}">Older${icon('chevron-right')}</a>`}</div>
${events.length > 0 && csvLink(filter, context)}</nav>`
}

async function nothingFound(filter: EventFilter, context: PageContext): Promise<Html> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  if (!isFiltered)
    return html`<div class="card empty">${icon('inbox')}<h2>No event yet.</h2><p>${await firstEventStep(context)}</p></div>`
  return html`<div class="card empty">${icon('inbox')}<h2>No event matches this filter.</h2><p>Records deleted at the end of their retention time are not listed.</p><p><a href="${eventsLink({}, context)}">Show all events</a></p></div>`
}

/** A POST, and a redirect to a random name: the address of a page says nothing of a person. */
export const filterPersonAction: Action = {
  path: '/events/person',
  access: 'view',
  async run({ form, searches, redirect, options }) {
    const filter = parseFilter(new URLSearchParams(form.get('filter') ?? ''))
    const { text = '' } = await parseSearch(form.get('person') ?? '', options.vendorLinks)
    const refs = text === '' ? [] : await toSearchKeys(text, options.connector.store)
    const search = refs.length === 0 ? undefined : searches.remember(refs.join('\n'))
    return redirect(eventsLink({ ...filter, search }, UNMOUNTED))
  },
}
