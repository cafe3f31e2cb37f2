/** The shipped courses: as the sandbox plays them, and every one by every way. */
import { describe, expect, test } from 'vitest'
import { compareCase } from '../../runtime/conformance/compare/compare-case.ts'
import { COURSES } from '../../sandbox/courses/index.ts'
import { writeCourses } from '../../scripts/courses/write-courses.ts'
import {
  listFiles,
  loadKit,
  pipelineEngine,
  readKitFile,
  readKitText,
  spec,
} from '../helpers/conformance/shipped-kit.ts'

test('the files are as `npm run courses` writes them, and say what the sandbox counts', async () => {
  const written = await writeCourses()
  expect([...written.keys()].toSorted()).toEqual(listFiles('courses'))
  for (const [name, text] of written) expect(readKitText('courses', name)).toBe(text)
}, 40_000)

test('no course of the sandbox is missing', () => {
  const names = listFiles('courses').flatMap((file) => readKitFile('courses', file).cases.map(({ name }) => name))
  expect(names.map((name) => name.split(':')[0]).toSorted()).toEqual(COURSES.map(({ name }) => name).toSorted())
})

describe.each(listFiles('courses'))('%s', async (file) => {
  const ways = await loadKit('courses', [file])

  test.each(ways.map((one) => [one.input.id, one] as const))('%s', async (_, resolved) => {
    const result = await pipelineEngine.run(resolved.input)
    expect(compareCase({ resolved, result }, { spec })).toEqual([])
  })
})
