/** The filter of the Events page: read from its address, turned into a search of the store. */
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import type { EventPosition, EventSearch } from '../../../ports/event-search.ts'
import { addDays, parseDay } from '../../days.ts'
import { ANY_METRIC, type EventFilter, type EventOutcome, NO_METRIC } from '../../event-links.ts'
import type { PageContext } from '../../types.ts'

/** In place of a metric, where there is none. */
const OTHERS = ['', PROFILE, DELETION]

/** Whether what is listed under a name is of the metrics that a filter is for. */
export function isOfMetric(name: string, { metric = name }: EventFilter): boolean {
  return metric === ANY_METRIC ? !OTHERS.includes(name) : name === (metric === NO_METRIC ? '' : metric)
}

const OUTCOMES = ['delivered', 'skipped', 'dead', 'waiting'] as const
const QUEUES = ['live', 'history'] as const
const ORIGINS = ['live', 'history', 'reconcile'] as const

/** The filter in an address, or in a form. What it does not know, it leaves out. */
export function parseFilter(query: URLSearchParams, timeZone?: string): EventFilter {
  const text = (name: string) => query.get(name)?.slice(0, 300) || undefined
  const oneOf = <T extends string>(all: readonly T[], name: string) => all.find((each) => each === query.get(name))
  const from = parseDay(query.get('from') ?? '', timeZone)
  const to = parseDay(query.get('to') ?? '', timeZone)
  return {
    metric: text('metric'),
    outcome: parseOutcome(query.get('outcome')),
    queue: oneOf(QUEUES, 'queue'),
    reason: text('reason'),
    origin: oneOf(ORIGINS, 'origin'),
    run: text('run'),
    topic: text('topic'),
    // The form names days, of which the last is included.
    since: from ?? parseTime(query.get('since')),
    until: to === undefined ? parseTime(query.get('until')) : addDays(to, 1, timeZone),
    search: text('search'),
  }
}

function parseOutcome(text: string | null): EventFilter['outcome'] {
  const names = text?.split(',') ?? []
  const outcomes = OUTCOMES.filter((each) => names.includes(each))
  return outcomes.length > 1 ? outcomes : outcomes[0]
}

/** The outcomes that a filter names: none, where it is for all. */
export const outcomesOf = ({ outcome = [] }: EventFilter): readonly EventOutcome[] =>
  typeof outcome === 'string' ? [outcome] : outcome

function parseTime(text: string | null): number | undefined {
  const at = text === null || text === '' ? Number.NaN : Date.parse(text)
  return Number.isFinite(at) ? Math.max(0, at) : undefined
}

/** The search of the store. Undefined: the search for a person has expired. */
export function toSearch(
  { outcome, search, metric, queue, ...filter }: EventFilter,
  { searches }: Pick<PageContext, 'searches'>,
): Omit<EventSearch, 'limit'> | undefined {
  const ref = search === undefined ? undefined : searches.find(search)
  if (search !== undefined && ref === undefined) return undefined
  const statuses = outcomesOf({ outcome }).map((each) => (each === 'waiting' ? 'deferred' : each))
  const entries = Object.entries({
    ...filter,
    ...(metric === ANY_METRIC ? { exceptMetrics: OTHERS } : { metric: metric === NO_METRIC ? '' : metric }),
    status: statuses.length === 0 ? undefined : statuses,
    queue: queue === 'history' ? 'backfill' : queue,
    refs: ref?.split('\n'),
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** A position in an address: `1700000000000.42`. */
export const formatPosition = ({ at, id }: EventPosition): string => `${at}.${id}`

export function parsePosition(text: string | null | undefined): EventPosition | undefined {
  const [, at, id] = /^(\d{1,16})\.(-?\d{1,16})$/.exec(text ?? '') ?? []
  return at === undefined ? undefined : { at: Number(at), id: Number(id) }
}
