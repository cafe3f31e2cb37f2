/** One run of `test`: loads the spec and its cases, runs them, and remembers the files that it read. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type LoadedCases, loadCases } from '../../../conformance/cases/load-cases.ts'
import type { CaseRun, CompareOptions } from '../../../conformance/compare/pair-occurrences.ts'
import { resolveCourse } from '../../../conformance/courses/resolve-course.ts'
import type { SettingsSpecs } from '../../../conformance/engine/settings-specs.ts'
import { CoverageCounter } from '../../../conformance/report/coverage.ts'
import type { CaseReport, RunReport } from '../../../conformance/report/run-report.ts'
import { runCases } from '../../../conformance/run/run-cases.ts'
import type { ResolvedCase } from '../../../conformance/types.ts'
import { FAULT_CODES } from '../../../fault-codes.ts'
import { plural } from '../../../lib/format.ts'
import { groupBy } from '../../../lib/group-by.ts'
import type { SourceFile } from '../../../spec/source-file.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { ConformanceParts } from '../../app.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES, usageError } from '../../errors.ts'
import { type CheckedSpec, loadSpecOrExit, shortenPath } from '../../load-spec.ts'
import { renderDiagnostics } from '../../output/diagnostics.ts'
import { readTextFile } from '../../read-text-file.ts'
import { checkZones } from './check-zones.ts'
import { createSettingsSpecs, openEngines } from './engines.ts'
import { filterCases, selectedMetrics } from './filter-cases.ts'
import { findSpec, findSuites } from './find-suites.ts'
import { filterRecordings, toRecordingSuites } from './recording-suites.ts'
import type { Suite, SuiteResult } from './suite.ts'
import type { TestOptions } from './test-options.ts'

export interface TestRun {
  readonly spec: Spec
  readonly specs: SettingsSpecs
  readonly folder: URL
  readonly report: RunReport
  /** With their results. */
  readonly runs: readonly CaseRun[]
  readonly compare: CompareOptions
}

/** Files on which the next run depends. */
export class WatchedFiles {
  folder: URL | undefined
  /** Of the spec, relative to its folder. */
  spec: readonly Pick<SourceFile, 'path'>[] = []
  /** Cases, fixtures, and folders of cases. Absolute. */
  readonly others = new Set<string>()
}

export interface RunParts {
  readonly context: CommandContext
  readonly options: TestOptions
  readonly watched: WatchedFiles
  /** Called as each suite ends. */
  readonly onSuite: (suite: Suite, reports: readonly CaseReport[], left: number) => void
}

/** Throws a `CliError` for an invalid spec, invalid cases, and where there are none. */
export async function runTests(parts: RunParts): Promise<TestRun> {
  const { context, options, watched } = parts
  const { clock } = context.io
  const began = clock.now()
  const folder = findSpec(context, options.operands)
  watched.folder = folder
  const loaded = await loadSpecOrExit(context, fileURLToPath(folder), options.strict).catch(async (error) => {
    watched.spec = (await context.load.spec(folder, context.app, { checkOnly: true })).files
    throw error
  })
  const { spec } = loaded
  watched.spec = loaded.files
  const conformance = await openConformance(context, spec)
  const specs = createSettingsSpecs(context, folder)
  const { cases: all, recordings } = await loadAll(parts, loaded, { folder, conformance, specs })
  const selected = filterCases(all, options, spec)
  const isWhole = options.operands.length === 0 && options.only === undefined
  const coverage = new CoverageCounter(spec)
  const engines = openEngines({ context, options, loaded, conformance, specs })
  try {
    const run = { ...engines, spec, coverage, now: () => clock.now() }
    const suites = [
      ...toSuites(selected, (cases) => runCases(cases, run)),
      ...toRecordingSuites(filterRecordings(recordings, options), { context, spec, update: options.update }),
    ]
    const results: SuiteResult[] = []
    for (const [at, suite] of suites.entries()) {
      const result = await suite.run()
      results.push(result)
      parts.onSuite(suite, result.reports, suites.length - at - 1)
    }
    const reports = results.flatMap((result) => result.reports)
    const runs = results.flatMap((result) => result.runs)
    const isOurs = options.otherEngine === undefined
    const cases = options.variants && isOurs ? await checkZones(reports, runs, folder, context.io) : reports
    const covered = isWhole && { coverage: coverage.coverage(selectedMetrics(options, spec)) }
    const report = { cases, ...covered, elapsed: clock.now() - began }
    return { spec, specs, folder, report, runs, compare: run }
  } finally {
    await engines.close()
  }
}

export async function openConformance({ app, logger }: CommandContext, spec: Spec): Promise<ConformanceParts> {
  if (app.openConformance === undefined) throw usageError(`${app.name} has no engine for cases`)
  return app.openConformance(spec, logger)
}

interface LoadOptions {
  readonly folder: URL
  readonly conformance: ConformanceParts
  readonly specs: SettingsSpecs
}

interface LoadedSuites {
  readonly cases: readonly ResolvedCase[]
  /** Absolute. */
  readonly recordings: readonly string[]
}

async function loadAll(
  { context, options, watched }: RunParts,
  { spec, declarations }: CheckedSpec,
  { folder, conformance, specs }: LoadOptions,
): Promise<LoadedSuites> {
  const { io, app } = context
  const { caseFiles, recordings, searched } = await findSuites(context, options.operands, folder)
  for (const path of [...caseFiles, ...searched.map((path) => resolve(io.cwd, path))]) watched.others.add(path)
  if (caseFiles.length + recordings.length === 0) throw noCases(searched)
  const texts = await Promise.all(
    caseFiles.map(async (path) => ({ path: shortenPath(path, io.cwd), text: await readFile(path, 'utf8') })),
  )
  const loaded = await loadCases(texts, {
    resolveCourse,
    checkSettings: (settings) => specs.check(settings),
    spec,
    ...(declarations && { fields: declarations.fields }),
    functions: app.functions,
    faultCodes: [...FAULT_CODES, ...conformance.faultCodes].map(({ code }) => code),
    readFile: async (path) => {
      const absolute = resolve(io.cwd, path)
      watched.others.add(absolute)
      return readTextFile(absolute)
    },
  })
  tellDiagnostics(loaded, context, options.strict)
  return { cases: loaded.cases, recordings }
}

/** Throws a `CliError` if there are errors or, if strict, warnings. */
function tellDiagnostics(
  { diagnostics: errors, warnings }: LoadedCases,
  { io: { stderr }, note, colorNotes }: CommandContext,
  isStrict: boolean,
): void {
  const all = [...errors, ...warnings]
  if (all.length === 0) return
  const { isTTY, columns } = stderr
  note(`${renderDiagnostics(all, { color: colorNotes, ...(isTTY && { columns }) }).trimEnd()}\n`)
  const fatal = isStrict ? all : errors
  if (fatal.length === 0) return
  const count = plural(new Set(fatal.map(({ file }) => file.path)).size, 'case file')
  const what = errors.length > 0 ? plural(errors.length, 'error') : plural(warnings.length, 'warning')
  throw new CliError(
    EXIT_CODES.spec,
    `${what} in ${count}${errors.length > 0 ? '' : ', and --strict was given'}; no case was run`,
  )
}

function noCases(searched: readonly string[]): CliError {
  const message = [
    `no cases found in ${searched.join(', ')}`,
    'Cases are YAML files in tests/ beside connector.yaml. `connector init my-spec` writes a spec with a first one;',
    'docs/guide/testing.md describes them.',
  ]
  return new CliError(EXIT_CODES.failed, message.join('\n'))
}

/** One for each file. */
function toSuites(
  cases: readonly ResolvedCase[],
  run: (cases: readonly ResolvedCase[]) => ReturnType<typeof runCases>,
): readonly Suite[] {
  return [...groupBy(cases, ({ place }) => place.file)].map(([file, some]) => ({
    file,
    run: async () => {
      const ran = await run(some)
      return { reports: ran.map(({ report }) => report), runs: ran.flatMap(({ runs }) => runs) }
    },
  }))
}

/** For relative paths of a spec and absolute ones alike. */
export const toWatched = ({ spec, others }: WatchedFiles): readonly Pick<SourceFile, 'path'>[] => [
  ...spec,
  ...[...others].map((path) => ({ path: pathToFileURL(path).href })),
]
