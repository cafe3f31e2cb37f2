/** The option `--course` of the commands that run the sandbox. */
import { suggest } from '../expression/did-you-mean.ts'
import { alignColumns } from '../lib/format.ts'
import type { CliApp, SandboxCourse } from './app.ts'
import type { CommandInput, OptionDefinition } from './command.ts'
import { usageError } from './errors.ts'

export const courseOption: OptionDefinition = {
  flags: '--course <name>',
  description: 'play this course of events in an empty workspace; `sandbox --courses` lists them',
}

/** The chosen course. Throws a usage error for an unknown name. */
export async function readCourse(app: CliApp, input: CommandInput): Promise<string | undefined> {
  const name = input.value('course')
  if (name === undefined) return undefined
  const names = (await listCourses(app)).map((course) => course.name)
  if (names.includes(name)) return name
  throw usageError(`no course "${name}"; ${suggest(name, names)}`)
}

export async function listCourses(app: CliApp): Promise<readonly SandboxCourse[]> {
  return (await app.listCourses?.()) ?? []
}

export function formatCourses(courses: readonly SandboxCourse[]): string {
  return `${alignColumns(courses.map(({ name, summary }) => [name, summary])).join('\n')}\n`
}
