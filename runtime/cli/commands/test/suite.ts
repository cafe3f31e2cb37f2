/** A unit that `test` runs. */
import type { CaseRun } from '../../../conformance/compare/pair-occurrences.ts'
import type { CaseReport } from '../../../conformance/report/run-report.ts'

/** A file with its cases, or a recording: a unit of which the report prints a line. */
export interface Suite {
  /** As it is printed. */
  readonly file: string
  run(): Promise<SuiteResult>
}

export interface SuiteResult {
  readonly reports: readonly CaseReport[]
  /** What `--update` and `--explain` work on. */
  readonly runs: readonly CaseRun[]
}
