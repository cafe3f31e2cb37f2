/** Every course on every road: the same events, for the same people, at the same times, each once. */
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Course } from '../../../sandbox/courses/course.ts'
import { COURSES } from '../../../sandbox/courses/index.ts'
import { createBench } from '../../helpers/courses/bench.ts'
import { compareEvents, findWrongLanes } from '../../helpers/courses/events.ts'
import { type Road, roadsOf } from '../../helpers/courses/roads.ts'
import { valueAt } from '../../helpers/open-intercom.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

const closing = createCleanup()
afterEach(() => closing.close())

async function take(course: Course, road: Road): Promise<void> {
  const file = road.kills && { file: join(temporaryFolder(closing), 'store.db') }
  const bench = createBench({ ...road.bench?.(), ...file })
  closing.add(bench, () => bench.close())
  const { clock, klaviyo, begin } = bench
  await clock.until(road.run(bench, course))
  const events = klaviyo.events()
  const { actual, expected } = compareEvents(course, road, events, begin)
  expect(actual).toEqual(expected)
  expect(findWrongLanes(course, road, bench)).toEqual([])
  if (road.sort === 'webhook') {
    for (const [email, values] of Object.entries(course.profiles ?? {})) {
      const attributes = klaviyo.profile(email)?.attributes
      for (const [path, value] of Object.entries(values))
        expect([path, valueAt(attributes, path)]).toEqual([path, value])
    }
    if (course.profileCount !== undefined) expect(klaviyo.summary().profiles).toBe(course.profileCount)
  }
  const keys = events.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
}

describe.each(COURSES)('$name', (course) => {
  for (const road of roadsOf(course)) test(road.name, () => take(course, road))
})
