/** `backfill`: history, from where the last one stopped. */
import type { BackfillOptions, Progress } from '../../backfill/types.ts'
import { json } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { ProgressDisplay } from '../output/progress.ts'
import { reportData, reportText } from '../output/report.ts'
import { parseList, parseMoment, unknownName } from '../parse.ts'
import { BOTH_SIDES, withConnector } from '../with-connector.ts'

export const backfill: CommandDefinition = {
  name: 'backfill',
  summary: 'Import history. Resumes an interrupted run; never triggers flows.',
  options: [
    { flags: '--since <date>', description: 'leave out what happened before (2026-01-31, or with time and zone)' },
    {
      flags: '--until <date>',
      description: 'leave out what happened from then on (default: when live delivery began)',
    },
    { flags: '--only <metrics>', description: 'these metrics, separated by commas' },
    { flags: '--restart', description: 'forget where the last run stopped; nothing is counted twice' },
  ],
  examples: [
    ['backfill', 'everything; press Ctrl-C at any time and run it again to go on'],
    ['backfill --since 2026-01-01 --only "Created Ticket,Resolved Ticket"', 'two metrics of this year'],
    ['backfill --json > report.json', 'the report for a machine; progress stays on stderr'],
  ],
  async run(context, input) {
    const window = windowOf(input)
    return withConnector(context, { needs: BOTH_SIDES }, async ({ connector, spec }) => {
      const only = metricsOf(input.value('only'), spec)
      const options = { ...window, ...only, restart: input.flag('restart'), signal: context.io.signal }
      const last = await follow(connector.backfill(options), context)
      if (last === undefined) return EXIT_CODES.failed
      const finished = last.phase === 'done'
      if (context.json) context.print(json(reportData(last, finished)))
      else context.print(reportText(last, finished, context.paint))
      return finished && last.dead === 0 ? EXIT_CODES.ok : EXIT_CODES.failed
    })
  },
}

/** Shows progress until the end, or until the person stops it. Resolves to the last that was seen. */
export async function follow(
  run: AsyncIterable<Progress>,
  { footer, io, note }: CommandContext,
): Promise<Progress | undefined> {
  const display = new ProgressDisplay({ footer, terminal: io.stderr.isTTY, clock: io.clock })
  let last: Progress | undefined
  const onStop = () => note('Stopping: what was read is kept. The same command goes on where this one stopped.')
  io.signal.addEventListener('abort', onStop, { once: true })
  try {
    for await (const progress of run) {
      if (last === undefined && progress.resumed) note('Going on where the last run stopped.')
      last = progress
      display.show(progress)
    }
  } catch (error) {
    if (!io.signal.aborted) throw error
  } finally {
    io.signal.removeEventListener('abort', onStop)
    if (last !== undefined) display.end(last)
  }
  return last
}

function windowOf(input: CommandInput): Pick<BackfillOptions, 'since' | 'until'> {
  const since = input.value('since')
  const until = input.value('until')
  const window = {
    ...(since === undefined ? {} : { since: parseMoment(since, '--since') }),
    ...(until === undefined ? {} : { until: parseMoment(until, '--until') }),
  }
  if (window.since !== undefined && window.until !== undefined && window.since >= window.until) {
    throw usageError('--since must be before --until')
  }
  return window
}

function metricsOf(names: string | undefined, spec: Spec): Pick<BackfillOptions, 'only'> {
  if (names === undefined) return {}
  const only = parseList(names)
  if (only.length === 0) throw usageError('--only names no metric')
  return { only: only.map((name) => metricOf(name, spec)) }
}

function metricOf(name: string, { mappings }: Spec): string {
  const mapping = mappings.find((it) => it.metric.toLowerCase() === name.toLowerCase())
  const known = mappings.map((it) => it.metric)
  if (mapping === undefined) throw usageError(unknownName('metric', name, known))
  // The source keeps none, so the mapping names no stream.
  if (mapping.stream === undefined) throw usageError(`"${mapping.metric}" has no history: it only comes live`)
  return mapping.metric
}
