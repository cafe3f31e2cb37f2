/** Runs cases by an engine, compares, and holds the ingresses of each case against one another. */
import { groupBy } from '../../lib/group-by.ts'
import { compareCase } from '../compare/compare-case.ts'
import { compareIngresses } from '../compare/compare-ingresses.ts'
import { type CaseRun, type CompareOptions, selectOccurrences } from '../compare/pair-occurrences.ts'
import type { CoverageCounter } from '../report/coverage.ts'
import { type CaseReport, type CheckReport, formatPlace, nameWithoutFile } from '../report/run-report.ts'
import type { CaseEngine, CaseResult, ResolvedCase } from '../types.ts'

export interface RunCasesOptions extends CompareOptions {
  readonly engineOf: (resolved: ResolvedCase) => CaseEngine
  /** Further checks of a case that passes: its variants. */
  readonly variants?: (run: CaseRun, engine: CaseEngine) => Promise<readonly CheckReport[]>
  readonly coverage?: CoverageCounter
  /** Milliseconds. */
  readonly now: () => number
}

/** A case with the results that it was compared by. */
export interface RanCase {
  readonly report: CaseReport
  readonly runs: readonly CaseRun[]
}

/** The ingresses of one case follow one another in `cases`. */
export async function runCases(cases: readonly ResolvedCase[], options: RunCasesOptions): Promise<readonly RanCase[]> {
  const ran: RanCase[] = []
  for (const ingresses of groupBy(cases, ({ place }) => formatPlace(place)).values())
    ran.push(await runCase(ingresses, options))
  return ran
}

async function runCase(ingresses: readonly ResolvedCase[], options: RunCasesOptions): Promise<RanCase> {
  const checks: CheckReport[] = []
  const variants: CheckReport[] = []
  const runs: CaseRun[] = []
  for (const resolved of ingresses) {
    const engine = options.engineOf(resolved)
    const began = options.now()
    const result = await runOne(engine, resolved)
    const common = { name: labelRun(resolved), kind: 'ingress', elapsed: options.now() - began } as const
    if (result instanceof Error) {
      checks.push({ ...common, differences: [], problems: [{ message: `the engine failed: ${result.message}` }] })
      continue
    }
    const run = { resolved, result }
    const differences = compareCase(run, options)
    checks.push({ ...common, differences, problems: [] })
    runs.push(run)
    options.coverage?.add(resolved, selectOccurrences(resolved, result))
    // What is wrong already would be wrong again by each variant.
    if (differences.length === 0) variants.push(...((await options.variants?.(run, engine)) ?? []))
  }
  if (checks.every(({ differences }) => differences.length === 0)) checks.push(...checkIngresses(runs, options))
  const [first] = ingresses
  if (first === undefined) throw new Error('a case has no ingress')
  const report = { name: nameWithoutFile(first), place: first.place, checks: [...checks, ...variants] }
  return { report, runs }
}

/** The thrown error as a value: one case must not end the others. */
const runOne = (engine: CaseEngine, { input }: ResolvedCase): Promise<CaseResult | Error> =>
  engine.run(input).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))

function checkIngresses(runs: readonly CaseRun[], { spec }: RunCasesOptions): readonly CheckReport[] {
  const differences = compareIngresses(runs, spec)
  if (differences.length === 0) return []
  return [{ name: 'all ingresses', kind: 'comparison', differences, problems: [], elapsed: 0 }]
}

/** Of a course its ways have the ids that the case's inputs have: `… (both)`. */
export const labelRun = ({ ingress, input }: ResolvedCase): string =>
  ingress === 'course' ? (/\(([^()]+)\)$/.exec(input.id)?.[1] ?? ingress) : ingress
