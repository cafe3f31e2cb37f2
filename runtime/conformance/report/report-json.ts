/** The report for `--json`. */
import type { JsonObject } from '../../ports/types.ts'
import { failedCases, isPassed, type RunReport } from './run-report.ts'

export function reportToJson(report: RunReport): JsonObject {
  const { cases, coverage, elapsed } = report
  const failed = failedCases(report).length
  const json = {
    ok: failed === 0,
    passed: cases.length - failed,
    failed,
    elapsed: Math.round(elapsed),
    cases: cases.map(({ name, place, checks }) => ({
      name,
      ...place,
      passed: checks.every(isPassed),
      checks: checks.map((check) => ({
        ...check,
        elapsed: Math.round(check.elapsed * 100) / 100,
        passed: isPassed(check),
      })),
    })),
    ...(coverage && { coverage: coverage.metrics }),
  }
  // Differences are plain data, in types without an index signature.
  return JSON.parse(JSON.stringify(json)) as JsonObject
}
