/** Compares the events of a course by one way with those that the course says. */
import type { CourseWay } from '../../runtime/conformance/cases/course-resolver.ts'
import type { EventOccurrence } from '../../runtime/conformance/types.ts'
import { type CountedEvent, type Course, listCounts, parseDuration } from '../../sandbox/courses/course.ts'
import { personOf } from '../../sandbox/courses/people.ts'
import { BEGIN } from './record-course.ts'

/** Metrics of which the source keeps no history. */
const LIVE_ONLY: ReadonlySet<string> = new Set(['Read Conversation'])

/** Undefined: they are equal. */
export function compareWithCourse(
  { counts, unseen }: Course,
  way: CourseWay,
  events: readonly EventOccurrence[],
): string | undefined {
  const isLive = way === 'webhook' || way === 'both'
  const impossible = way === 'both' ? undefined : unseen?.[way === 'webhook' ? 'webhook' : 'history']
  const isExcluded = isOneOf(listCounts(impossible))
  const left = listCounts(counts).filter((one) => !isExcluded(one) && (isLive || !LIVE_ONLY.has(one.metric)))
  // What depends on the moment of a poll.
  const isPossible = isOneOf(
    way === 'reconcile' ? [...listCounts(unseen?.webhook), ...listCounts(unseen?.history)] : [],
  )
  const unexpected: string[] = []
  for (const { metric, time, profile } of events) {
    const { email, phone_number } = profile
    const person = personOf({
      ...(email !== undefined && { email }),
      ...(phone_number !== undefined && { phone: phone_number }),
    })
    const at = Date.parse(time) - BEGIN
    const index = left.findIndex(
      (one) =>
        one.person === person && one.metric === metric && one.at.split('|').some((text) => parseOffset(text) === at),
    )
    if (index < 0) unexpected.push(format({ person, metric, at: `${at / 1000}s` }))
    else left.splice(index, 1)
  }
  const missing = left.filter((one) => !isPossible(one)).map(format)
  if (missing.length + unexpected.length === 0) return undefined
  return `missing ${missing.join(', ') || 'none'}; unexpected ${unexpected.join(', ') || 'none'}`
}

const parseOffset = (text: string) => (text.startsWith('-') ? -parseDuration(text.slice(1)) : parseDuration(text))

const format = ({ person, metric, at }: CountedEvent): string => `${person}: ${metric}: ${at}`

function isOneOf(all: readonly CountedEvent[]): (event: CountedEvent) => boolean {
  const texts = new Set(all.map(format))
  return (event) => texts.has(format(event))
}
