/** The checks of a case as tests with a title and, where they fail, a text: for JUnit and TAP. */
import type { CasePlace } from '../types.ts'
import { type FormatOptions, formatDifference, formatExpression } from './format-difference.ts'
import { type CaseReport, isPassed } from './run-report.ts'

export interface DescribedCheck {
  readonly title: string
  readonly place: CasePlace
  /** Milliseconds. */
  readonly elapsed: number
  /** Absent: it passes. */
  readonly failure?: string
}

const PLAIN: FormatOptions = { paint: (_, text) => text, width: 200, locate: () => undefined }

export const describeChecks = ({ name, place, checks }: CaseReport): readonly DescribedCheck[] =>
  checks.map((check) => {
    const lines = [
      ...check.differences.flatMap((each) => formatDifference(each, [], PLAIN)),
      ...check.problems.flatMap(({ message, expression }) => [
        message,
        ...(expression ? formatExpression(expression, PLAIN) : []),
      ]),
    ]
    return {
      title: `${name} (${check.name})`,
      place,
      elapsed: check.elapsed,
      ...(!isPassed(check) && { failure: lines.map((line) => line.trimEnd()).join('\n') }),
    }
  })
