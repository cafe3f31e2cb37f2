/** `backfill`: imports history and resumes an interrupted import. */
import type { BackfillOptions, BackfillProgress } from '../../backfill/types.ts'
import { formatJson } from '../../lib/format.ts'
import type { Spec } from '../../spec/spec.ts'
import { addToTimeline, noteImportEnd } from '../../timeline.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { acceptNewKeysOption, strictOption } from '../load-spec.ts'
import { ProgressDisplay } from '../output/progress.ts'
import { formatReport, reportToJson } from '../output/report.ts'
import { parseMetrics, parseMoment } from '../parse.ts'
import { BOTH_SIDES, withConnector } from '../with-connector.ts'

export const backfillCommand: CommandDefinition = {
  name: 'backfill',
  summary: 'Import history. Resumes an interrupted run; never triggers flows.',
  options: [
    {
      flags: '--since <date>',
      description: 'skip events before this date (2026-01-31 or 2026-01-31T09:30:00Z)',
    },
    {
      flags: '--until <date>',
      description: 'skip events from this date on (default: now, except what comes live)',
    },
    { flags: '--only <metrics>', description: 'import only these metrics, separated by commas' },
    { flags: '--restart', description: 'start over instead of resuming; never counts an event twice' },
    strictOption,
    acceptNewKeysOption,
  ],
  examples: [
    ['backfill', 'import everything; stop with Ctrl-C at any time, run it again to resume'],
    ['backfill --since 2026-01-01 --only "Created Ticket,Resolved Ticket"', 'two metrics, this year'],
    ['backfill --restart', 'bring in what live delivery missed and can no longer deliver'],
    [
      'backfill --restart --since 2026-01-31T09:00:00Z --until 2026-01-31T11:00:00Z',
      'the two hours of an outage, at once',
    ],
    ['backfill --json > report.json', 'machine-readable report; progress goes to stderr'],
  ],
  async run(context, input) {
    const window = windowOf(input)
    const opened = {
      needs: BOTH_SIDES,
      strict: input.flag('strict'),
      acceptNewKeys: input.value('accept-new-keys'),
    }
    return withConnector(context, opened, async ({ connector, spec }) => {
      const only = metricsOf(input.value('only'), spec)
      const options = {
        ...window,
        ...only,
        restart: input.flag('restart'),
        startedBy: 'command',
        signal: context.io.signal,
      }
      const text = `An import was ${options.restart ? 'restarted' : 'started'}`
      await addToTimeline(connector.store, { at: context.io.clock.now(), kind: 'import', text, by: 'command line' })
      const last = await showProgress(connector.backfill(options), context)
      await noteImportEnd(connector.store, last)
      if (last === undefined) return EXIT_CODES.failed
      if (context.json) context.print(formatJson(reportToJson(last)))
      else context.print(formatReport(last, context.paint))
      return last.phase === 'done' && last.dead === 0 ? EXIT_CODES.ok : EXIT_CODES.failed
    })
  },
}

/** Shows the progress of an import until it ends or is stopped. Resolves to the last progress. */
export async function showProgress(
  run: AsyncIterable<BackfillProgress>,
  { footer, io, note }: CommandContext,
): Promise<BackfillProgress | undefined> {
  const display = new ProgressDisplay({ footer, terminal: io.stderr.isTTY, clock: io.clock })
  let last: BackfillProgress | undefined
  const onStop = () => note('Stopping. Everything read so far is saved; run the same command again to resume.')
  io.signal.addEventListener('abort', onStop, { once: true })
  try {
    for await (const progress of run) {
      if (last === undefined && progress.resumed) note('Resuming the interrupted import.')
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

export function windowOf(input: CommandInput): Pick<BackfillOptions, 'since' | 'until'> {
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
  const only = parseMetrics(names, spec)
  const live = spec.mappings.find(({ metric, stream }) => stream === undefined && only.includes(metric))
  if (live !== undefined) throw usageError(`"${live.metric}" has no history: it is live only`)
  return { only }
}
