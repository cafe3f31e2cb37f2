/** Formats the comparison of the ledger with the destination. */
import { alignColumns, formatCount, plural } from '../../lib/format.ts'
import type { MetricComparison } from '../../verify/types.ts'
import type { Painter } from '../io.ts'

/** Days listed for each metric. The JSON output lists all. */
const MAX_DAYS = 10

export interface ComparisonTable {
  readonly head: string
  /** One line for each metric, in any order. */
  line(comparison: MetricComparison): string
}

/** The head and the lines of the table, which are printed one by one. */
export function comparisonTable(metrics: readonly string[], destination: string, paint: Painter): ComparisonTable {
  const width = Math.max(...metrics.map((metric) => metric.length))
  const numbers = Math.max(9, destination.length)
  const row = (metric: string, ledger: string, recorded: string, end = '') =>
    `${metric.padEnd(width)}  ${ledger.padStart(numbers)}  ${recorded.padStart(numbers)}  ${end}`.trimEnd()
  return {
    head: row('', 'Ledger', destination),
    line: (it) => row(it.metric, formatCount(it.ledger), formatCount(it.destination), verdict(it, paint)),
  }
}

function verdict(it: MetricComparison, paint: Painter): string {
  const { missing, extra, recent, counted, ledger } = it
  if (isEmpty(it)) return 'none'
  const parts = [
    ...(missing > 0 ? [paint('red', `${formatCount(missing)} missing`)] : []),
    ...(extra > 0 ? [paint('red', `${formatCount(extra)} more`)] : []),
    ...(recent > 0 ? [paint('yellow', `${formatCount(recent)} too recent to tell`)] : []),
    ...(counted.length === 0 && ledger > 0 ? ['no such metric'] : []),
  ]
  return parts.length === 0 ? paint('green', 'equal') : parts.join(', ')
}

const isEmpty = ({ ledger, destination }: MetricComparison) => ledger === 0 && destination === 0
const differs = ({ missing, extra }: MetricComparison) => missing > 0 || extra > 0

/** The result in a sentence, the days that differ with the likely reasons, and what was not compared. */
export function formatFindings(comparisons: readonly MetricComparison[], destination: string): string {
  const reasons = new Set(comparisons.flatMap((it) => it.reasons))
  const notes = notesOf(comparisons, destination)
  const paragraphs = [
    summarize(comparisons, destination),
    ...comparisons.filter(differs).map((it) => formatDays(it, destination)),
    ...(reasons.size > 0 ? [['Likely reasons:', ...[...reasons].map((reason) => `- ${reason}`)].join('\n')] : []),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ]
  return paragraphs.map((text) => `\n${text}\n`).join('')
}

function formatDays({ metric, differences }: MetricComparison, destination: string): string {
  const rows = differences
    .slice(0, MAX_DAYS)
    .map((one) => [one.day, `ledger ${formatCount(one.ledger)}`, `${destination} ${formatCount(one.destination)}`])
  const rest = differences.length - MAX_DAYS
  const more = rest > 0 ? [`  and ${plural(rest, 'more day')}; --json lists all`] : []
  return [metric, ...alignColumns(rows, '  '), ...more].join('\n')
}

function summarize(comparisons: readonly MetricComparison[], destination: string): string {
  if (comparisons.every(isEmpty))
    return `Neither the ledger nor ${destination} has an event of these days. Check CONNECTOR_STORE if you expected some.`
  const sum = (name: Figure) => sumOf(comparisons, name)
  const [ledger, missing, extra, recent] = [sum('ledger'), sum('missing'), sum('extra'), sum('recent')]
  const all = plural(ledger, 'delivered event')
  if (comparisons.some(differs)) {
    const counts = [missing > 0 && `${formatCount(missing)} missing`, extra > 0 && `${formatCount(extra)} more`]
    return `Differences in ${comparisons.filter(differs).length} of ${plural(comparisons.length, 'metric')}: ${counts.filter(Boolean).join(', ')}.`
  }
  return recent > 0
    ? `${destination} has recorded ${formatCount(ledger - recent)} of ${all} so far.`
    : `${destination} has recorded all ${all}.`
}

type Figure = 'ledger' | 'missing' | 'extra' | 'recent' | 'undated'

const sumOf = (comparisons: readonly MetricComparison[], name: Figure): number =>
  comparisons.reduce((total, it) => total + it[name], 0)

function notesOf(comparisons: readonly MetricComparison[], destination: string): readonly string[] {
  const [recent, undated] = [sumOf(comparisons, 'recent'), sumOf(comparisons, 'undated')]
  const senders = (it: MetricComparison, names: readonly string[]) => `${it.metric} from ${names.join(' and ')}`
  const together = comparisons.filter(({ counted }) => counted.length > 1).map((it) => senders(it, it.counted))
  const others = comparisons.filter((it) => it.others.length > 0).map((it) => senders(it, it.others))
  return [
    ...(recent > 0
      ? [`${plural(recent, 'event')} delivered within the last hour may not be processed yet: run it again later.`]
      : []),
    ...(undated > 0
      ? [
          `The ledger no longer knows the days of ${plural(undated, 'event')} that it delivered: as many more at ${destination} are no difference.`,
        ]
      : []),
    ...(together.length > 0 ? [`Counted together: ${together.join(', ')}.`] : []),
    ...(others.length > 0 ? [`Not counted, since others send them: ${others.join(', ')}.`] : []),
  ]
}
