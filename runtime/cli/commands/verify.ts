/** `verify`: compares what was delivered with what the destination has recorded. */
import { formatJson } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import type { MetricComparison } from '../../verify/types.ts'
import type { CliApp } from '../app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { CliError, EXIT_CODES, usageError } from '../errors.ts'
import { comparisonTable, formatFindings } from '../output/verification.ts'
import { parseMetrics, parsePositive } from '../parse.ts'
import { withConnector } from '../with-connector.ts'
import { windowOf } from './backfill.ts'

export const createVerifyCommand = ({ labels: { destination } }: CliApp): CommandDefinition => ({
  name: 'verify',
  summary: `Compare the delivered events with those ${destination} has recorded. Reads only.`,
  options: [
    { flags: '--since <date>', description: 'events from this day on, in UTC (default: the first delivered event)' },
    {
      flags: '--until <date>',
      description: 'events before this date; a part of a day counts as the day (default: now)',
    },
    { flags: '--only <metrics>', description: 'compare only these metrics, separated by commas' },
    { flags: '--tolerance <percent>', description: 'exit with 0 up to this difference of a metric (default 0)' },
  ],
  examples: [
    ['verify', 'after an import: every metric, since the first event'],
    ['verify --since 2026-01-01 --only "Created Ticket,Resolved Ticket"', 'two metrics, this year'],
    ['verify --tolerance 1 --json', 'for monitoring: exit code 1 if a metric differs by more than 1 %'],
  ],
  run(context, input) {
    const window = windowOf(input)
    if (window.since !== undefined && window.since > context.io.clock.now())
      throw usageError('--since is in the future')
    const tolerance = toleranceOf(input)
    return withConnector(context, { needs: ['destination'] }, async ({ connector, spec }) => {
      if (connector.verify === undefined) throw new CliError(EXIT_CODES.failed, `${destination} cannot count events`)
      const only = input.value('only')
      const metrics = only === undefined ? metricsOf(spec) : parseMetrics(only, spec)
      const run = connector.verify({ ...window, only: metrics, signal: context.io.signal })
      const comparisons = await show(run, { metrics, destination }, context)
      const differs = ({ missing, extra, ledger }: MetricComparison) => missing + extra > (ledger * tolerance) / 100
      const isDifferent = comparisons.some(differs)
      if (context.json) context.print(formatJson({ differs: isDifferent, tolerance, metrics: comparisons }))
      return isDifferent ? EXIT_CODES.failed : EXIT_CODES.ok
    })
  },
})

/** Prints each metric as it comes: the destination's rate limit makes a long range take minutes. */
async function show(
  run: AsyncIterable<MetricComparison>,
  { metrics, destination }: { readonly metrics: readonly string[]; readonly destination: string },
  { json, print, paint }: CommandContext,
): Promise<readonly MetricComparison[]> {
  const table = comparisonTable(metrics, destination, paint)
  const comparisons: MetricComparison[] = []
  for await (const comparison of run) {
    const { from, to } = comparison
    if (!json && comparisons.length === 0) print(`Events of ${from} to ${to}, by their day in UTC\n\n${table.head}\n`)
    if (!json) print(`${table.line(comparison)}\n`)
    comparisons.push(comparison)
  }
  if (!json) print(formatFindings(comparisons, destination))
  return comparisons
}

const metricsOf = ({ mappings }: Pick<Spec, 'mappings'>): readonly string[] => [
  ...new Set(mappings.map(({ metric }) => metric)),
]

function toleranceOf(input: CommandInput): number {
  const text = input.value('tolerance')
  return text === undefined ? 0 : parsePositive(text, '--tolerance')
}
