/** What a course must bring to Klaviyo, and what it brought there, in the notation of the course. */
import { type Counts, type Course, parseDuration } from '../../../sandbox/courses/course.ts'
import { personOf } from '../../../sandbox/courses/people.ts'
import type { RecordedEvent } from '../../../sandbox/klaviyo/event-store.ts'
import type { Bench } from './bench.ts'
import type { Road } from './roads.ts'

/** By person and metric: times of the course. */
export type Table = Record<string, Record<string, string>>

interface Occurrence {
  readonly person: string
  readonly metric: string
  /** As written: `2m`, or `2m|7m` where the road decides. */
  readonly at: string
}

const DAY = 86_400_000

/** The events that the road must bring and those it brought, without those that depend on the moment. */
export function compareEvents(course: Course, road: Road, events: readonly RecordedEvent[], begin: number) {
  const { counts, unseen } = course
  const known = listOf(counts)
  const impossible = road.sort === undefined ? [] : listOf(unseen?.[road.sort])
  const possible = road.sort === undefined ? [...listOf(unseen?.webhook), ...listOf(unseen?.history)] : []
  const expected = known.filter(
    (it) => road.wayOf({ metric: it.metric, at: earliest(it) }) && !includes(impossible, it),
  )
  const actual = events.map((event) => occurrenceOf(event, begin, known))
  const decided = (all: readonly Occurrence[]) => tableOf(all.filter((it) => !includes(possible, it)))
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
  const unannounced = [...listOf(unseen?.webhook), ...listOf(unseen?.history)]
  const wrong = klaviyo.events().filter((event) => {
    const time = Date.parse(event.time)
    const live = road.wayOf({ metric: event.metric, at: time - begin }) === 'live'
    if ((live && time < liveSince()) || includes(unannounced, occurrenceOf(event, begin, []))) return false
    return event.triggersFlows !== (live && event.receivedAt - time < DAY)
  })
  return wrong.map(({ metric, triggersFlows }) => `${metric} ${triggersFlows ? 'starts flows' : 'is quiet'}`)
}

function occurrenceOf(event: RecordedEvent, begin: number, known: readonly Occurrence[]): Occurrence {
  const { metric } = event
  const found = { person: personOf(event), metric, at: formatOffset(Date.parse(event.time) - begin) }
  const sameMetric = known.filter((it) => it.person === found.person && it.metric === metric)
  return sameMetric.find(({ at }) => at.split('|').includes(found.at)) ?? found
}

function listOf(counts: Counts = {}): readonly Occurrence[] {
  return Object.entries(counts).flatMap(([person, metrics]) =>
    Object.entries(metrics ?? {}).flatMap(([metric, times]) => times.split(' ').map((at) => ({ person, metric, at }))),
  )
}

function tableOf(all: readonly Occurrence[]): Table {
  const table: Table = {}
  for (const { person, metric, at } of [...all].sort((a, b) => earliest(a) - earliest(b))) {
    const row = table[person] ?? {}
    table[person] = { ...row, [metric]: row[metric] === undefined ? at : `${row[metric]} ${at}` }
  }
  return table
}

function includes(all: readonly Occurrence[], { person, metric, at }: Occurrence): boolean {
  return all.some((it) => it.person === person && it.metric === metric && it.at === at)
}

/** Milliseconds; negative for an event from before the course. */
function earliest({ at }: Occurrence): number {
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
