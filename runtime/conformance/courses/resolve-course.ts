/** Resolves a course to plain JSON: one input for each way in which it is taken. */
import { asId } from '../../lib/json.ts'
import type { CourseParts, CourseToResolve, CourseWay, ResolveCourse } from '../cases/course-resolver.ts'
import { describeUnknownStream } from '../cases/unknown-names.ts'
import { CONTRACT_VERSION, type ResolvedCase } from '../types.ts'
import { CourseWays } from './course-ways.ts'
import { type CourseItem, CourseWorld } from './course-world.ts'
import { playCourse } from './play-course.ts'

const WAYS: readonly CourseWay[] = ['webhook', 'backfill', 'reconcile', 'both']

/** Courses whose steps import or poll are taken once, as they are written. */
export const resolveCourse: ResolveCourse = async (course, parts) => {
  const { file, now, lookups } = course
  const before = file.diagnostics.length
  const world = new CourseWorld({ file, ...parts }, await readItems(course, parts), lookups)
  const begin = { at: now, lookups: world.lookups() }
  const played = await playCourse(course, world, parts)
  if (file.diagnostics.length > before) return []
  const ways = new CourseWays(played, begin, parts.spec)
  if (played.moments.some(({ action }) => action !== undefined)) return resolveWay('as-written', course, ways)
  return (course.ways ?? WAYS).flatMap((way) => resolveWay(way, course, ways))
}

function resolveWay(way: CourseWay | 'as-written', course: CourseToResolve, ways: CourseWays): readonly ResolvedCase[] {
  const { name, file, path, metric, workspace } = course
  const list = course.expectedBy(way === 'as-written' ? 'webhook' : way)
  if (list === undefined) return []
  return [
    {
      name,
      ingress: way === 'both' || way === 'as-written' ? 'course' : way,
      place: file.place([...path, 'name']),
      expectedPath: list.path,
      ...(metric !== undefined && { metric }),
      expected: list.expected,
      isCourse: true,
      input: {
        version: CONTRACT_VERSION,
        id: `${name} (${way === 'as-written' ? 'course' : way})`,
        workspace,
        lookups: ways.lookups,
        steps: ways.stepsOf(way),
      },
    },
  ]
}

/** The items as they are at the beginning. Those with errors are left out. */
async function readItems({ file, given, path }: CourseToResolve, { spec, resources }: CourseParts) {
  const items = given.member('items')
  const read: CourseItem[] = []
  for (const [name, { stream, ...written }] of Object.entries(items?.value ?? {})) {
    const place = [...(items?.path ?? path), name]
    const of = spec.streams.get(stream ?? '')
    if (stream !== undefined && of === undefined) file.error([...place, 'stream'], describeUnknownStream(stream, spec))
    const body = await resources.read(written, { file, path: place, of: of?.resource })
    if (body === undefined) continue
    const id = asId(await spec.resources.get(of?.resource ?? '')?.id.evaluate(body))
    read.push({ name, body, ...(stream !== undefined && { stream }), ...(id !== undefined && { id }) })
  }
  return read
}
