/** A count that links to the events it counts. */
import { html } from 'hono/html'
import { formatCount } from '../lib/format.ts'
import { type EventFilter, eventsLink } from './event-links.ts'
import type { Html, PageContext } from './types.ts'

/** A zero leads nowhere. */
export const countLink = (count: number, filter: EventFilter, context: Pick<PageContext, 'link'>): Html =>
  count === 0
    ? html`<span class="soft">0</span>`
    : html`<a href="${eventsLink(filter, context)}">${formatCount(count)}</a>`
