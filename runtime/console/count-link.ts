/** A count that links to the events it counts. */
import { html } from 'hono/html'
import { type Count, countText } from './event-counts.ts'
import { type EventFilter, eventsLink } from './event-links.ts'
import type { Html, PageContext } from './types.ts'

/** A zero leads nowhere. */
export function countLink(events: number | Count, filter: EventFilter, context: Pick<PageContext, 'link'>): Html {
  const count = typeof events === 'number' ? { count: events } : events
  return count.count === 0
    ? html`<span class="soft">0</span>`
    : html`<a href="${eventsLink(filter, context)}">${countText(count)}</a>`
}
