/** Writes the sandbox's courses as cases, and what comes of each by each way, which must be what the course says. */
import { Document, isCollection, visit } from 'yaml'
import { functions } from '../../connector/functions/index.ts'
import { createFit } from '../../connector/klaviyo/destination.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import type { CourseWay } from '../../runtime/conformance/cases/course-resolver.ts'
import { loadCases } from '../../runtime/conformance/cases/load-cases.ts'
import { resolveCourse } from '../../runtime/conformance/courses/resolve-course.ts'
import { createPipelineEngine } from '../../runtime/conformance/engine/pipeline-engine.ts'
import type { EventOccurrence } from '../../runtime/conformance/types.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { Course } from '../../sandbox/courses/course.ts'
import { CONTACT_COURSES } from '../../sandbox/courses/table/contacts.ts'
import { CONVERSATION_COURSES } from '../../sandbox/courses/table/conversations.ts'
import { IDENTITY_COURSES } from '../../sandbox/courses/table/identity.ts'
import { TICKET_COURSES } from '../../sandbox/courses/table/tickets.ts'
import { compareWithCourse } from './compare-with-course.ts'
import { type WrittenCourse, writeSteps } from './course-steps.ts'
import { BEGIN, recordCourse, WORKSPACE } from './record-course.ts'

/** By file name. */
export const TABLES: Readonly<Record<string, readonly Course[]>> = {
  'identity.yaml': IDENTITY_COURSES,
  'conversations.yaml': CONVERSATION_COURSES,
  'tickets.yaml': TICKET_COURSES,
  'contacts.yaml': CONTACT_COURSES,
}

const HEAD = `# yaml-language-server: $schema=../../schemas/cases.schema.json
# Written by \`npm run courses\` from sandbox/courses/table; do not edit.
`

/** The longest text of a collection that is written on one line, as JSON. */
const MAX_FLOW = 190

/** By file name. Throws if a way brings other events than the course says. */
export async function writeCourses(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const [name, courses] of Object.entries(TABLES)) {
    const drafts = await Promise.all(courses.map(draftCase))
    const expected = await runDrafts(drafts.map(({ draft }) => draft))
    const cases = drafts.map(({ course, draft }) => ({
      ...draft,
      ...writeExpected(course, expected.get(draft.name) ?? new Map()),
    }))
    files.set(name, toYaml(cases))
  }
  return files
}

export interface Draft {
  readonly name: string
  readonly given: WrittenCourse
}

/** The case of a course, without what it expects. */
export async function draftCase(course: Course): Promise<{ readonly course: Course; readonly draft: Draft }> {
  const { lookups, items, ...steps } = writeSteps(await recordCourse(course))
  const given = {
    ...(Object.keys(lookups).length > 0 && { lookups }),
    ...(Object.keys(items).length > 0 && { items }),
    ...steps,
  }
  return { course, draft: { name: `${course.name}: ${course.summary}`, given: given as unknown as WrittenCourse } }
}

const toYaml = (cases: readonly object[]): string => {
  const given = { workspace: WORKSPACE, now: new Date(BEGIN).toISOString().replace('.000', '') }
  const document = new Document({ given, cases })
  visit(document, {
    Collection(_, node) {
      // Small ones on one line.
      if (isCollection(node) && JSON.stringify(node).length <= MAX_FLOW) {
        node.flow = true
        return visit.SKIP
      }
    },
  })
  return HEAD + document.toString({ lineWidth: 200 }).replaceAll(/\[ (.*) \]$/gm, '[$1]')
}

type Events = ReadonlyMap<CourseWay, readonly EventOccurrence[]>

/** The events of each draft by each way. */
async function runDrafts(drafts: readonly Draft[]): Promise<ReadonlyMap<string, Events>> {
  const spec = await loadConnectorSpec()
  const text = toYaml(drafts.map((draft) => ({ ...draft, expect: [] })))
  const parts = { spec, functions, faultCodes: [], resolveCourse, readFile: async () => undefined }
  const { cases, diagnostics } = await loadCases([{ path: 'courses.yaml', text }], parts)
  const [first] = diagnostics
  if (first) throw new Error(`${first.message} ${first.file.place(first.span[0])}`)
  const engine = createPipelineEngine({ spec, fit: createFit(spec.destination) })
  const events = new Map<string, Map<CourseWay, readonly EventOccurrence[]>>()
  for (const { name, ingress, input } of cases) {
    const { occurrences } = await engine.run(input)
    const way = ingress === 'course' ? 'both' : (ingress as CourseWay)
    const draft = name.replace('courses.yaml: ', '')
    const known = events.get(draft) ?? new Map()
    events.set(
      draft,
      known.set(
        way,
        occurrences.filter((one): one is EventOccurrence => 'key' in one),
      ),
    )
  }
  return events
}

function writeExpected(course: Course, events: Events): JsonObject {
  const lists = [...events].map(([way, found]) => {
    const problem = compareWithCourse(course, way, found)
    if (problem !== undefined) throw new Error(`${course.name} by ${way}: ${problem}`)
    return [way, found.map(writeEvent)] as const
  })
  const [[, first] = ['', []], ...others] = lists
  if (others.every(([, list]) => JSON.stringify(list) === JSON.stringify(first))) return { expect: first as Json[] }
  const hasNoHistory = lists.some(([, list]) => JSON.stringify(list).includes('Read Conversation'))
  const because = [course.unseen?.because, hasNoHistory ? 'Intercom keeps no reading history' : undefined]
  const reasons = because.filter((one) => one !== undefined)
  return {
    expectBy: Object.fromEntries(lists) as JsonObject,
    because: reasons.length > 0 ? reasons.join('; ') : 'the state at the time of reading decides',
  }
}

function writeEvent({ metric, key, time, profile }: EventOccurrence): Json {
  const { email, phone_number } = profile
  const person = email !== undefined ? { email } : { phone_number: phone_number ?? null }
  return { metric, key: key.replace(`${WORKSPACE}:`, ''), time, profileHas: person }
}
