/** Says how many events are newer than those on the page, whose rows stay where they are. */
import { html } from 'hono/html'
import { plural } from '../../../lib/format.ts'
import type { EventPosition, EventSearch } from '../../../ports/event-search.ts'
import { type EventFilter, eventsLink, withParameter } from '../../event-links.ts'
import { icon } from '../../icons.ts'
import { LIVE_HEADER } from '../../server/live-updates.ts'
import type { Html, PageContext } from '../../types.ts'
import { formatPosition, parsePosition } from './filter.ts'

/** Counted exactly; of more, only that there are more. */
const MOST_COUNTED = 99

export interface NewEventsProps {
  readonly filter: EventFilter
  readonly search: Omit<EventSearch, 'limit'>
  /** The newest event as the page is rendered. */
  readonly first: EventPosition | undefined
}

/** The id of the section holds the newest event of the page that the browser shows: a refresh of it names the section. */
const PREFIX = 'newer-than-'
const NAMED = new RegExp(`(?:^|,)${PREFIX}([\\d.-]+)=`)

export async function newEventsStrip({ filter, search, first }: NewEventsProps, context: PageContext): Promise<Html> {
  const { url, options, request } = context
  const base = eventsLink(filter, context)
  const isPaused = url.searchParams.has('paused')
  const pause = withParameter(base, 'paused', '1')
  if (isPaused)
    return html`<p class="row fresh"><span class="soft">Paused: new events are not counted.</span><a class="button plain small" href="${base}">${icon('play')}Resume</a></p>`
  const shown = parsePosition(NAMED.exec(request.headers.get(LIVE_HEADER) ?? '')?.[1]) ?? first ?? { at: 0, id: 0 }
  const newer = await options.connector.store.findEvents({ ...search, after: shown, limit: MOST_COUNTED + 1 })
  return html`<section class="row fresh" id="${PREFIX}${formatPosition(shown)}" data-live aria-label="New events"><p role="status">${announce(newer.length, base)}</p><a class="button plain small" href="${pause}">${icon('pause')}Pause</a></section>`
}

function announce(count: number, link: string): Html {
  if (count === 0) return html`<span class="soft">No newer events. The list stays as it is while you read.</span>`
  const text = count > MOST_COUNTED ? `More than ${MOST_COUNTED} new events` : plural(count, 'new event')
  return html`<a href="${link}">${icon('refresh')}${text}</a>`
}
