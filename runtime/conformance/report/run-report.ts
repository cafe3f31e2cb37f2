/** What a run of cases found, for the printers. */
import type { Difference, ExpressionPlace } from '../compare/difference.ts'
import type { CasePlace } from '../types.ts'
import type { Coverage } from './coverage.ts'

export interface RunReport {
  /** In the order of their files. */
  readonly cases: readonly CaseReport[]
  /** Absent: not all cases ran, so it would say little. */
  readonly coverage?: Coverage
  /** Milliseconds. */
  readonly elapsed: number
}

export interface CaseReport {
  /** Without its file. */
  readonly name: string
  /** The file is relative to the working directory. */
  readonly place: CasePlace
  readonly checks: readonly CheckReport[]
}

/** One run of a case: by an ingress, as a variant, or the comparison of its ingresses. */
export interface CheckReport {
  /** e.g. `webhook`, `backfill: twice`; unique in its case. */
  readonly name: string
  readonly kind: 'ingress' | 'variant' | 'comparison'
  readonly differences: readonly Difference[]
  /** What else is wrong, in a sentence each. */
  readonly problems: readonly Problem[]
  /** Milliseconds. */
  readonly elapsed: number
}

export interface Problem {
  readonly message: string
  readonly expression?: ExpressionPlace
}

export const isPassed = ({ differences, problems }: CheckReport): boolean =>
  differences.length === 0 && problems.length === 0

export const failedChecks = ({ checks }: CaseReport): readonly CheckReport[] =>
  checks.filter((check) => !isPassed(check))

export const failedCases = ({ cases }: RunReport): readonly CaseReport[] =>
  cases.filter((one) => failedChecks(one).length > 0)

/** The name of a case without its file, which the report prints apart. */
export const nameWithoutFile = ({ name, place }: Pick<CaseReport, 'name' | 'place'>): string =>
  name.startsWith(`${place.file}: `) ? name.slice(place.file.length + 2) : name

/** `file:line:column`, as terminals and editors open it. */
export const formatPlace = ({ file, line, column }: CasePlace): string => `${file}:${line}:${column}`
