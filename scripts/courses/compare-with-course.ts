/** Compares the events of a course by one way with those that the course says. */
import type { CourseWay } from '../../runtime/conformance/cases/course-resolver.ts'
import type { EventOccurrence } from '../../runtime/conformance/types.ts'
import { type Counts, type Course, parseDuration } from '../../sandbox/courses/course.ts'
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
  const impossible = way === 'webhook' ? listOf(unseen?.webhook) : way === 'both' ? [] : listOf(unseen?.history)
  const expected = listOf(counts).filter(
    (one) => !impossible.includes(one) && (isLive || !LIVE_ONLY.has(one.split(': ')[1] ?? '')),
  )
  const left = [...expected]
  // What depends on the moment of a poll.
  const possible = way === 'reconcile' ? [...listOf(unseen?.webhook), ...listOf(unseen?.history)] : []
  const unexpected: string[] = []
  for (const { metric, time, profile } of events) {
    const { email, phone_number } = profile
    const person = personOf({
      ...(email !== undefined && { email }),
      ...(phone_number !== undefined && { phone: phone_number }),
    })
    const at = Date.parse(time) - BEGIN
    const index = left.findIndex((one) => {
      const [who, name, times = ''] = one.split(': ')
      return who === person && name === metric && times.split('|').some((text) => parseOffset(text) === at)
    })
    if (index < 0) unexpected.push(`${person}: ${metric}: ${at / 1000}s`)
    else left.splice(index, 1)
  }
  const missing = left.filter((one) => !possible.includes(one))
  if (missing.length + unexpected.length === 0) return undefined
  return `missing ${missing.join(', ') || 'none'}; unexpected ${unexpected.join(', ') || 'none'}`
}

const parseOffset = (text: string) => (text.startsWith('-') ? -parseDuration(text.slice(1)) : parseDuration(text))

const listOf = (counts: Counts = {}): readonly string[] =>
  Object.entries(counts).flatMap(([who, metrics]) =>
    Object.entries(metrics ?? {}).flatMap(([metric, times]) =>
      times.split(' ').map((at) => `${who}: ${metric}: ${at}`),
    ),
  )
