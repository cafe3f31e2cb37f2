/** Runs the cases again in other zones and locales: in processes of our own engine, since a process has one of each. */
import { fileURLToPath } from 'node:url'
import type { CaseRun } from '../../../conformance/compare/pair-occurrences.ts'
import { createProcessEngine } from '../../../conformance/portable/process-engine.ts'
import { type CaseReport, formatPlace, isPassed } from '../../../conformance/report/run-report.ts'
import { checkEnvironments } from '../../../conformance/variants/check-environments.ts'
import { labelCase } from '../../../conformance/variants/check-variants.ts'
import { groupBy } from '../../../lib/group-by.ts'
import type { ProcessIo } from '../../io.ts'
import { toCheck } from './engines.ts'

/** For one case, of which the first waits for the start of the process. Milliseconds. */
const TIMEOUT = 60_000

/** The reports with a check for each case. Cases that fail already, and courses, are not run again. */
export async function checkZones(
  reports: readonly CaseReport[],
  runs: readonly CaseRun[],
  folder: URL,
  { clock, startSelf }: Pick<ProcessIo, 'clock' | 'startSelf'>,
): Promise<readonly CaseReport[]> {
  if (startSelf === undefined) return reports
  const passed = new Set(reports.filter(({ checks }) => checks.every(isPassed)).map(({ place }) => formatPlace(place)))
  // A replay and a poll evaluate the same expressions.
  const varied = runs.filter(
    ({ resolved: { place, ingress, isCourse } }) =>
      !isCourse && passed.has(formatPlace(place)) && (ingress === 'webhook' || ingress === 'backfill'),
  )
  if (varied.length === 0) return reports
  const began = clock.now()
  const problems = await checkEnvironments(varied, (environment) =>
    createProcessEngine({
      name: 'connector test --engine',
      spawn: () => startSelf(['test', '--engine', fileURLToPath(folder)], { ...environment }),
      clock,
      timeout: TIMEOUT,
    }),
  )
  const elapsed = (clock.now() - began) / varied.length
  const ran = groupBy(varied, ({ resolved }) => formatPlace(resolved.place))
  const found = groupBy(problems, (problem) => problem.case)
  return reports.map((report) => {
    const runs = ran.get(formatPlace(report.place))
    if (runs === undefined) return report
    const own = runs.flatMap(({ resolved }) => found.get(labelCase(resolved)) ?? [])
    return { ...report, checks: [...report.checks, toCheck('zones and locales', own, elapsed)] }
  })
}
