/** Addresses of the Events page and of one event: every number of a page links to the events that it counts. */
import type { EventOrigin } from '../ports/ledger.ts'
import type { PageContext } from './types.ts'

/** `waiting` events have no outcome yet. */
export type EventOutcome = 'delivered' | 'skipped' | 'dead' | 'waiting'

/** In place of a metric's name: events of any, not updates of profiles; and records without an event. */
export const ANY_METRIC = '*'
export const NO_METRIC = '-'

/** What the Events page shows. Nothing here names a person: a search has an id in its place. */
export interface EventFilter {
  /** Its name, `ANY_METRIC` or `NO_METRIC`. */
  readonly metric?: string | undefined
  /** One of them, where there are several. */
  readonly outcome?: EventOutcome | readonly EventOutcome[] | undefined
  /** Only what waits in this queue. */
  readonly queue?: 'live' | 'history' | undefined
  /** A skip reason or a fault code. */
  readonly reason?: string | undefined
  readonly origin?: EventOrigin | undefined
  /** The id of an import. */
  readonly run?: string | undefined
  readonly topic?: string | undefined
  /**
   * When they happened, from `since` on and before `until`: milliseconds since 1970. Events without a time count when they
   * ended, waiting ones when they were received.
   */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** A search by the person, by its id in `PageContext.searches`. */
  readonly search?: string | undefined
}

const TEXTS = ['metric', 'outcome', 'queue', 'reason', 'origin', 'run', 'topic', 'search'] as const
const TIMES = ['since', 'until'] as const

/** Several outcomes are one parameter: `delivered,dead`. */
export function eventsLink(filter: EventFilter, { link }: Pick<PageContext, 'link'>): string {
  const query = new URLSearchParams()
  for (const name of TEXTS) if (filter[name] !== undefined) query.set(name, String(filter[name]))
  for (const name of TIMES) if (filter[name] !== undefined) query.set(name, new Date(filter[name]).toISOString())
  return link(query.size === 0 ? '/events' : `/events?${query}`)
}

/** For paths of the console itself, as its redirects take them. */
export const UNMOUNTED: Pick<PageContext, 'link'> = { link: (path) => path }

export const withParameter = (link: string, name: string, value: string): string =>
  `${link}${link.includes('?') ? '&' : '?'}${name}=${value}`

/** The page of one event, by its id in the ledger. */
export const eventLink = (id: number, { link }: Pick<PageContext, 'link'>): string => link(`/events/${id}`)
