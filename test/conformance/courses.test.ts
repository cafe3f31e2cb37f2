/** The shipped courses: as the sandbox plays them, and every one by every way. */
import { describe, expect, test } from 'vitest'
import type { CourseWay } from '../../runtime/conformance/cases/course-resolver.ts'
import { compareCase } from '../../runtime/conformance/compare/compare-case.ts'
import type { EventOccurrence } from '../../runtime/conformance/types.ts'
import { compareWithCourse } from '../../scripts/courses/compare-with-course.ts'
import { draftCase, TABLES } from '../../scripts/courses/write-courses.ts'
import { listFiles, loadKit, pipelineEngine, readKitFile, spec } from '../helpers/conformance/shipped-kit.ts'

test('every table of the sandbox is a file', () => {
  expect(listFiles('courses')).toEqual(Object.keys(TABLES).toSorted())
})

describe.each(Object.entries(TABLES))('%s', async (file, courses) => {
  test('the steps are as `npm run courses` writes them', async () => {
    const drafts = await Promise.all(courses.map(draftCase))
    const given = readKitFile('courses', file).cases.map(({ name, given }) => ({ name, given }))
    expect(given).toEqual(drafts.map(({ draft }) => draft))
  })

  const ways = await loadKit('courses', [file])

  test.each(ways.map((one) => [one.input.id, one] as const))('%s', async (_, resolved) => {
    const result = await pipelineEngine.run(resolved.input)
    expect(compareCase({ resolved, result }, { spec })).toEqual([])
    // What the case expects is what the sandbox's own table says.
    const course = courses.find(({ name }) => resolved.name.includes(`: ${name}: `))
    const way = resolved.ingress === 'course' ? 'both' : (resolved.ingress as CourseWay)
    const events = result.occurrences.filter((one): one is EventOccurrence => 'key' in one)
    expect(course && compareWithCourse(course, way, events)).toBeUndefined()
    expect(course).toBeDefined()
  })
})
