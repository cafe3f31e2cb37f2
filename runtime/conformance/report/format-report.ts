/** The report for a terminal: failures, what no case holds, and a summary. */
import { alignColumns, formatDuration, plural } from '../../lib/format.ts'
import type { Coverage, MetricCoverage } from './coverage.ts'
import { cutLine, type FormatOptions, formatDifference, formatExpression } from './format-difference.ts'
import { escapeControls } from './format-values.ts'
import {
  type CaseReport,
  type CheckReport,
  failedCases,
  failedChecks,
  formatPlace,
  isPassed,
  type RunReport,
} from './run-report.ts'

/** Differences of one case that are printed. */
const MAX_DIFFERENCES = 20

/** `✓ tests/rated.yaml  15 cases`; printed as each file ends. */
export function formatFileLine(
  file: string,
  cases: readonly CaseReport[],
  { paint }: Pick<FormatOptions, 'paint'>,
): string {
  const failed = cases.filter((one) => failedChecks(one).length > 0).length
  const count = plural(cases.length, 'case')
  return failed === 0
    ? `${paint('green', '✓')} ${file}  ${paint('dim', count)}`
    : `${paint('red', '✗')} ${file}  ${paint('dim', `${count},`)} ${paint('red', `${failed} failed`)}`
}

export function formatReport(
  report: RunReport,
  hintOf: (failed: CaseReport) => string,
  options: FormatOptions,
): string {
  const failed = failedCases(report)
  const legend = `${options.paint('red', '- expected')}  ${options.paint('green', '+ seen')}`
  const blocks = [
    ...(failed.length > 0 ? [legend] : []),
    ...failed.map((one) => formatFailure(one, hintOf(one), options).join('\n')),
    ...(report.coverage ? formatCoverage(report.coverage, options) : []),
    formatSummary(report, options).join('\n'),
  ]
  return `\n${blocks.join('\n\n')}\n`
}

function formatFailure(failed: CaseReport, hint: string, options: FormatOptions): readonly string[] {
  const { paint } = options
  const name = escapeControls(failed.name)
  const groups = groupEqual(failedChecks(failed))
  const shown = groups.slice(0, MAX_DIFFERENCES)
  const inner = { ...options, width: options.width - 2 }
  return [
    `${paint('red', 'FAIL')}  ${paint('cyan', formatPlace(failed.place))}  ${paint('bold', name)}`,
    ...shown.flatMap(({ checks, lines }) => ['', ...lines(checks, inner).map((line) => `  ${line}`.trimEnd())]),
    ...(groups.length > shown.length ? ['', `  and ${plural(groups.length - shown.length, 'other difference')}`] : []),
    ...(hint === '' ? [] : ['', `  ${paint('dim', `why: ${hint}`)}`]),
  ]
}

interface Group {
  readonly checks: string[]
  readonly lines: (checks: readonly string[], options: FormatOptions) => readonly string[]
}

/** Webhook and history mostly fail in the same way, which is printed once. */
function groupEqual(checks: readonly CheckReport[]): readonly Group[] {
  const groups = new Map<string, Group>()
  const add = (check: CheckReport, key: unknown, lines: Group['lines']) => {
    const text = JSON.stringify(key)
    const group = groups.get(text) ?? { checks: [], lines }
    groups.set(text, group)
    group.checks.push(check.name)
  }
  for (const check of checks) {
    for (const difference of check.differences)
      add(check, difference, (names, options) => formatDifference(difference, names, options))
    for (const problem of check.problems)
      add(check, problem, (names, options) => [
        `${options.paint('bold', cutLine(problem.message, options.width * 3))}  ${options.paint('dim', names.join(', '))}`,
        ...(problem.expression ? formatExpression(problem.expression, options) : []),
      ])
  }
  return [...groups.values()]
}

function formatCoverage({ metrics }: Coverage, { paint }: FormatOptions): readonly string[] {
  const section = (title: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : [[paint('yellow', title), ...alignColumns(rows, '  ')].join('\n')]
  const withCases = metrics.filter(({ expectations }) => expectations > 0)
  const rowsOf = (list: (one: MetricCoverage) => readonly string[]) =>
    withCases.filter((one) => list(one).length > 0).map((one) => [one.metric, list(one).join(', ')])
  return [
    ...section(
      'Without a case',
      metrics.filter(({ expectations }) => expectations === 0).map(({ metric, file }) => [metric, file]),
    ),
    ...section(
      'Properties that no case asserts',
      rowsOf(({ neverAsserted }) => neverAsserted),
    ),
    ...section(
      'Skip reasons that no case reaches',
      rowsOf(({ neverReached }) => neverReached),
    ),
  ]
}

function formatSummary({ cases, coverage, elapsed }: RunReport, { paint }: FormatOptions): readonly string[] {
  const checks = cases.flatMap((one) => one.checks)
  const ofKind = (kind: CheckReport['kind']) => checks.filter((check) => check.kind === kind)
  const row = (name: string, passed: number, failed: number) => [
    name,
    [
      ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
      ...(passed > 0 || failed === 0 ? [paint('green', `${passed} passed`)] : []),
    ].join(', '),
  ]
  const rowOf = (name: string, some: readonly CheckReport[]) => {
    const passed = some.filter(isPassed).length
    return some.length === 0 ? [] : [row(name, passed, some.length - passed)]
  }
  const failed = cases.filter((one) => failedChecks(one).length > 0).length
  const asserted = coverage && sumCoverage(coverage)
  return alignColumns([
    row('Cases', cases.length - failed, failed),
    ...rowOf('Runs', ofKind('ingress')),
    ...rowOf('Variants', ofKind('variant')),
    ...(asserted ? [['Asserted', asserted]] : []),
    ['Time', formatDuration(elapsed)],
  ])
}

/** `152 of 160 properties, 12 of 14 skip reasons`. */
function sumCoverage({ metrics }: Coverage): string | undefined {
  const sum = (count: (one: MetricCoverage) => number) => metrics.reduce((all, one) => all + count(one), 0)
  const properties = sum((one) => one.properties)
  const reasons = sum((one) => one.reasons)
  const parts = [
    ...(properties > 0
      ? [
          `${properties - sum(({ neverAsserted }) => neverAsserted.length)} of ${plural(properties, 'property', 'properties')}`,
        ]
      : []),
    ...(reasons > 0
      ? [`${reasons - sum(({ neverReached }) => neverReached.length)} of ${plural(reasons, 'skip reason')}`]
      : []),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}
