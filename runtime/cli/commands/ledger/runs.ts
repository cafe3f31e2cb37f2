/** `runs`: lists imports with their figures, and the events that one of them left out. */

import { listRuns } from '../../../backfill/progress.ts'
import type { BackfillProgress } from '../../../backfill/types.ts'
import { alignColumns, formatJson, plural } from '../../../lib/format.ts'
import type { EventQuery, LedgerEvent } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import { formatReport, formatRuns, reportToJson } from '../../output/report.ts'
import { parsePositive, unknownName } from '../../parse.ts'
import { withExistingStore } from '../../with-connector.ts'

const DEFAULT_LIMIT = 50

export const runsCommand: CommandDefinition = {
  name: 'runs',
  summary: 'List imports, or show one of them and the events it left out.',
  operand: { flags: '[run]', description: 'a run (default: list all)' },
  options: [
    { flags: '--reason <reason>', description: 'list the events left out for this reason, or with this fault' },
    { flags: '--metric <metric>', description: 'list the events of this metric' },
    { flags: '--limit <number>', description: `events to list (default ${DEFAULT_LIMIT})` },
  ],
  examples: [
    ['runs', 'every import, the newest first'],
    ['runs run-mf1x2y-abc', 'its report'],
    ['runs run-mf1x2y-abc --reason no-identity', 'the records behind a figure'],
  ],
  run: (context, input) =>
    withExistingStore(context, async (store) => {
      const runs = await listRuns(store)
      const [name] = input.operands
      if (name === undefined) return showRuns(runs, context)
      const run = runs.find((one) => one.run === name)
      if (run === undefined)
        throw usageError(
          unknownName(
            'run',
            name,
            runs.map((one) => one.run),
          ),
        )
      const query = queryOf(input)
      if (query !== undefined) return showEvents(await store.events({ ...query, run: name }), context)
      const elapsed = (run.endedAt ?? context.io.clock.now()) - run.startedAt
      if (context.json) context.print(formatJson(reportToJson({ ...run, elapsed })))
      else context.print(formatReport({ ...run, elapsed }, context.paint))
      return EXIT_CODES.ok
    }),
}

function showRuns(runs: readonly BackfillProgress[], context: CommandContext): number {
  if (context.json) context.print(formatJson(runs.map(reportToJson)))
  else if (runs.length === 0) context.note('No import yet. Begin one with `connector backfill`.')
  else context.print(formatRuns(runs, context.paint))
  return EXIT_CODES.ok
}

/** Undefined: no events are listed. */
function queryOf(input: CommandInput): EventQuery | undefined {
  const [reason, metric, limit] = [input.value('reason'), input.value('metric'), input.value('limit')]
  if (reason === undefined && metric === undefined && limit === undefined) return undefined
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : parsePositive(limit, '--limit'),
    ...(reason !== undefined && { reason }),
    ...(metric !== undefined && { metric }),
  }
}

function showEvents(events: Awaited<ReturnType<Store['events']>>, context: CommandContext): number {
  if (context.json) context.print(formatJson(events))
  else if (events.length === 0) context.note('No such event. Retention deletes ended records; the figures stay.')
  else context.print(`${alignColumns(events.map(eventRow)).join('\n')}\n`)
  return EXIT_CODES.ok
}

const eventRow = ({ record, metric, status, reason, fault, time = '', unavailableParts }: LedgerEvent) => [
  record,
  metric,
  time,
  [status, reason ?? fault?.code, unavailableParts && plural(unavailableParts, 'part')].filter(Boolean).join(': '),
]
