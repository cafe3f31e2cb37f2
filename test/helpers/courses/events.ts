/** What a course must bring to Klaviyo, and what it brought there, in the notation of the course. */
import { type CountedEvent, type Course, listCounts, parseDuration } from '../../../sandbox/courses/course.ts'
import { personOf } from '../../../sandbox/courses/people.ts'
import type { RecordedEvent } from '../../../sandbox/klaviyo/event-store.ts'
import type { Bench } from './bench.ts'
import type { Road } from './roads.ts'

/** By person and metric: times of the course. */
export type Table = Record<string, Record<string, string>>

const DAY = 86_400_000

/** The events that the road must bring and those it brought, without those that depend on the moment. */
export function compareEvents(course: Course, road: Road, events: readonly RecordedEvent[], begin: number) {
  const { counts, unseen } = course
  const known = listCounts(counts)
  const impossible = road.sort === undefined ? [] : listCounts(unseen?.[road.sort])
  const possible = road.sort === undefined ? [...listCounts(unseen?.webhook), ...listCounts(unseen?.history)] : []
  const expected = known.filter(
    (it) => road.wayOf({ metric: it.metric, at: earliest(it) }) && !includes(impossible, it),
  )
  const actual = events.map((event) => occurrenceOf(event, begin, known))
  const decided = (all: readonly CountedEvent[]) => tableOf(all.filter((it) => !includes(possible, it)))
  return { expected: decided(expected), actual: decided(actual) }
}

/**
 * Events in the wrong lane: live ones younger than a day start flows, all others do not. Undecided are those from before
 * the first webhook: live by a notice of their own, history's where a later notice carries them.
 */
export function findWrongLanes(
  { unseen }: Course,
  road: Road,
  { klaviyo, begin, liveSince }: Bench,
): readonly string[] {
  // Without a notice of them, such events are history's, whenever they happened.
  const unannounced = [...listCounts(unseen?.webhook), ...listCounts(unseen?.history)]
  const wrong = klaviyo.events().filter((event) => {
    const time = Date.parse(event.time)
    const live = road.wayOf({ metric: event.metric, at: time - begin }) === 'live'
    if ((live && time < liveSince()) || includes(unannounced, occurrenceOf(event, begin, []))) return false
    return event.triggersFlows !== (live && event.receivedAt - time < DAY)
  })
  return wrong.map(({ metric, triggersFlows }) => `${metric} ${triggersFlows ? 'starts flows' : 'is quiet'}`)
}

function occurrenceOf(event: RecordedEvent, begin: number, known: readonly CountedEvent[]): CountedEvent {
  const { metric } = event
  const found = { person: personOf(event), metric, at: formatOffset(Date.parse(event.time) - begin) }
  const sameMetric = known.filter((it) => it.person === found.person && it.metric === metric)
  return sameMetric.find(({ at }) => at.split('|').includes(found.at)) ?? found
}

function tableOf(all: readonly CountedEvent[]): Table {
  const table: Table = {}
  for (const { person, metric, at } of [...all].sort((a, b) => earliest(a) - earliest(b))) {
    const row = table[person] ?? {}
    table[person] = { ...row, [metric]: row[metric] === undefined ? at : `${row[metric]} ${at}` }
  }
  return table
}

function includes(all: readonly CountedEvent[], { person, metric, at }: CountedEvent): boolean {
  return all.some((it) => it.person === person && it.metric === metric && it.at === at)
}

/** Milliseconds; negative for an event from before the course. */
function earliest({ at }: CountedEvent): number {
  return at.startsWith('-') ? -1 : parseDuration(at.split('|')[0] ?? '')
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', DAY],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** 90,000 as `1m30s`. */
export function formatOffset(ms: number): string {
  if (ms === 0) return '0s'
  let left = Math.abs(ms)
  const text = UNITS.map(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count === 0 ? '' : `${count}${unit}`
  })
  return `${ms < 0 ? '-' : ''}${text.join('')}`
}
