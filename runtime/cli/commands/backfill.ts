/** `backfill`: history, from where the last one stopped. */
import type { BackfillOptions, Progress } from '../../connector.ts'
import { json } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandRow, Context, Input } from '../command.ts'
import { EXIT, usageError } from '../errors.ts'
import { ProgressDisplay } from '../output/progress.ts'
import { reportData, reportText } from '../output/report.ts'
import { listOf, momentOf, unknown } from '../parse.ts'
import { TALKS_TO_BOTH, withConnector } from '../with-connector.ts'

export const backfill: CommandRow = {
  name: 'backfill',
  summary: 'Import history. Resumes an interrupted run; never triggers flows.',
  options: [
    { flags: '--since <date>', what: 'leave out what happened before (2026-01-31, or with time and zone)' },
    { flags: '--until <date>', what: 'leave out what happened from then on (default: when live delivery began)' },
    { flags: '--only <metrics>', what: 'these metrics, separated by commas' },
    { flags: '--restart', what: 'forget where the last run stopped; nothing is counted twice' },
  ],
  examples: [
    ['backfill', 'everything; press Ctrl-C at any time and run it again to go on'],
    ['backfill --since 2026-01-01 --only "Created Ticket,Resolved Ticket"', 'two metrics of this year'],
    ['backfill --json > report.json', 'the report for a machine; progress stays on stderr'],
  ],
  async run(context, input) {
    const window = windowOf(input)
    return withConnector(context, { needs: TALKS_TO_BOTH }, async ({ connector, spec }) => {
      const only = metricsOf(input.value('only'), spec)
      const options = { ...window, ...only, restart: input.flag('restart'), signal: context.io.signal }
      const last = await follow(connector.backfill(options), context)
      if (last === undefined) return EXIT.failed
      const finished = last.phase === 'done'
      if (context.json) context.print(json(reportData(last, finished)))
      else context.print(reportText(last, finished, context.paint))
      return finished && last.dead === 0 ? EXIT.ok : EXIT.failed
    })
  },
}

/** Shows progress until the end, or until the person stops it. Resolves to the last that was seen. */
export async function follow(
  run: AsyncIterable<Progress>,
  { footer, io, note }: Context,
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

function windowOf(input: Input): Pick<BackfillOptions, 'since' | 'until'> {
  const since = input.value('since')
  const until = input.value('until')
  const window = {
    ...(since === undefined ? {} : { since: momentOf(since, '--since') }),
    ...(until === undefined ? {} : { until: momentOf(until, '--until') }),
  }
  if (window.since !== undefined && window.until !== undefined && window.since >= window.until) {
    throw usageError('--since must be before --until')
  }
  return window
}

function metricsOf(names: string | undefined, spec: Spec): Pick<BackfillOptions, 'only'> {
  if (names === undefined) return {}
  const only = listOf(names)
  if (only.length === 0) throw usageError('--only names no metric')
  return { only: only.map((name) => metricOf(name, spec)) }
}

function metricOf(name: string, { mappings }: Spec): string {
  const mapping = mappings.find((it) => it.metric.toLowerCase() === name.toLowerCase())
  const known = mappings.map((it) => it.metric)
  if (mapping === undefined) throw usageError(unknown('metric', name, known))
  // The source keeps none, so the mapping names no stream.
  if (mapping.stream === undefined) throw usageError(`"${mapping.metric}" has no history: it only comes live`)
  return mapping.metric
}
