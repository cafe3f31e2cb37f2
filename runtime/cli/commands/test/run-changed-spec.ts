/** Runs the cases of a spec by one that is being changed: for the console. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCases } from '../../../conformance/cases/load-cases.ts'
import { resolveCourse } from '../../../conformance/courses/resolve-course.ts'
import { openEnginePair } from '../../../conformance/engine/engine-pair.ts'
import { SettingsSpecs } from '../../../conformance/engine/settings-specs.ts'
import { formatDifference } from '../../../conformance/report/format-difference.ts'
import { type CaseReport, failedChecks, formatPlace, isPassed } from '../../../conformance/report/run-report.ts'
import { runCases } from '../../../conformance/run/run-cases.ts'
import type { ResolvedCase } from '../../../conformance/types.ts'
import { FAULT_CODES } from '../../../fault-codes.ts'
import { groupBy } from '../../../lib/group-by.ts'
import { renderHeadline } from '../../../spec/diagnostic.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { SpecFiles } from '../../../spec/spec-files.ts'
import type { CaseResults } from '../../../spec-editing/types.ts'
import type { CommandContext } from '../../command.ts'
import { shortenPath } from '../../load-spec.ts'
import { readTextFile } from '../../read-text-file.ts'
import { findSuites } from './find-suites.ts'
import { openConformance } from './run-tests.ts'

export interface ChangedSpec {
  readonly folder: URL
  readonly spec: Spec
  /** Of the folder, with what has changed. */
  readonly files: SpecFiles
}

/** All cases but courses and recordings, which take as long again. */
export async function runChangedSpec(context: CommandContext, changed: ChangedSpec): Promise<CaseResults> {
  const { io } = context
  const { spec, folder, files } = changed
  const specs = new SettingsSpecs({
    files,
    bases: context.app.bases,
    load: (changedFiles, bases) =>
      context.load.spec(folder, { ...context.app, bases }, { files: changedFiles, ignoreLock: true }),
  })
  const conformance = await openConformance(context, spec)
  const { cases, problems, leftOut } = await loadPlainCases(context, changed, { specs, conformance })
  const engines = openEnginePair({ spec, fit: conformance.fit, specs })
  const reports: CaseReport[] = []
  try {
    for (const some of groupBy(cases, ({ place }) => place.file).values()) {
      const ran = await runCases(some, { spec, engineOf: () => engines.plain, now: () => io.clock.now() })
      reports.push(...ran.map(({ report }) => report))
      // A webhook that arrives meanwhile is answered.
      await io.clock.sleep(0)
    }
  } finally {
    await engines.close()
  }
  const failed = reports.filter(({ checks }) => !checks.every(isPassed))
  const root = fileURLToPath(folder)
  return {
    passed: reports.length - failed.length,
    failed: failed
      .map(toFailedCase)
      .map(({ name, place, text }) => ({ name, place: place.replace(root, ''), text: text.replaceAll(root, '') })),
    problems: problems.map((one) => one.replace(root, '')),
    ...(leftOut > 0 && { leftOut }),
  }
}

interface CaseParts {
  readonly specs: SettingsSpecs
  readonly conformance: Awaited<ReturnType<typeof openConformance>>
}

interface PlainCases {
  readonly cases: readonly ResolvedCase[]
  readonly problems: readonly string[]
  /** Courses and recordings. */
  readonly leftOut: number
}

async function loadPlainCases(
  context: CommandContext,
  { folder, spec }: ChangedSpec,
  { specs, conformance }: CaseParts,
): Promise<PlainCases> {
  const { io, app } = context
  const { caseFiles, recordings } = await findSuites(context, [], folder)
  const texts = await Promise.all(
    caseFiles.map(async (path) => ({ path: shortenPath(path, io.cwd), text: await readFile(path, 'utf8') })),
  )
  const { cases, diagnostics } = await loadCases(texts, {
    resolveCourse,
    checkSettings: (settings) => specs.check(settings),
    spec,
    functions: app.functions,
    faultCodes: [...FAULT_CODES, ...conformance.faultCodes].map(({ code }) => code),
    readFile: (path) => readTextFile(resolve(io.cwd, path)),
  })
  const courses = new Set(cases.flatMap(({ isCourse, place }) => (isCourse ? [formatPlace(place)] : [])))
  return {
    cases: cases.filter(({ isCourse }) => !isCourse),
    problems: diagnostics.map((one) => renderHeadline(one)),
    leftOut: courses.size + recordings.length,
  }
}

const WIDTH = 100

function toFailedCase(report: CaseReport): CaseResults['failed'][number] {
  const options = { paint: (_: unknown, text: string) => text, width: WIDTH, locate: () => undefined }
  const lines = failedChecks(report).flatMap(({ name, differences, problems }) => [
    ...differences.flatMap((difference) => formatDifference(difference, [name], options)),
    ...problems.map(({ message }) => `${message}  ${name}`),
  ])
  return { name: report.name, place: formatPlace(report.place), text: lines.join('\n') }
}
