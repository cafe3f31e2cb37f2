/** `dead-letters list`, `replay` and `dismiss`: records that could not be delivered. */
import { faultUrl } from '../../../fault-reference.ts'
import { formatJson, plural } from '../../../lib/format.ts'
import { whoActs } from '../../../ports/fault.ts'
import type { Store } from '../../../ports/store.ts'
import { addToTimeline } from '../../../timeline.ts'
import type { CommandContext, CommandDefinition, CommandInput, OptionDefinition } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import { withExistingStore } from '../../with-connector.ts'
import { assertSpecIsRunning } from './assert-spec-is-running.ts'
import {
  type DeadLetterFilter,
  filterOptions,
  type ListedGroup,
  readFilter,
  readGroups,
  resolveRefs,
} from './select-dead-letters.ts'
import { showDeadLetter } from './show-dead-letter.ts'

const IDS_SHOWN = 5

const ids = {
  flags: '[id...]',
  description: 'record ids, or any id, key or address that `trace` takes',
} satisfies OptionDefinition

const listDeadLetters: CommandDefinition = {
  name: 'dead-letters list',
  summary: 'List dead letters, grouped by fault and metric.',
  options: filterOptions,
  examples: [
    ['dead-letters list', 'count, message, place in the mappings and record ids of each fault'],
    ['dead-letters list --since 2026-01-31 --json', 'those that failed since then, with every record id'],
  ],
  async run(context, input) {
    const filter = readFilter(input)
    const groups = await withExistingStore(context, (store) => readGroups(store, filter))
    if (context.json) context.print(formatJson(groups))
    else if (groups.length === 0) context.print(filter ? 'No such dead letter.\n' : 'No dead letters.\n')
    else context.print(render(groups, context))
    return EXIT_CODES.ok
  },
}

const replayDeadLetters: CommandDefinition = {
  name: 'dead-letters replay',
  summary: 'Queue dead letters again: by id, by fault, metric and age, or all of them.',
  operand: ids,
  options: [
    { flags: '--all', description: 'every dead letter' },
    ...filterOptions,
    { flags: '--dry-run', description: 'only say which' },
    { flags: '--force', description: 'even if the running process has not loaded the present spec' },
  ],
  examples: [
    ['dead-letters replay --all', 'after fixing a mapping; a running `start` delivers them'],
    ['dead-letters replay --code expression/T2001 --dry-run', 'what one fix would set free'],
    ['dead-letters replay abc123:ticket.created:notif_1', 'one record; events delivered before are not counted again'],
  ],
  async run(context, input) {
    const result = await withExistingStore(context, async (store) => {
      if (!input.flag('force') && !input.flag('dry-run')) await assertSpecIsRunning(store, context)
      return replay(store, context, input)
    })
    if (context.json) context.print(formatJson(result))
    else context.print(replayText(result))
    return result.unknown > 0 ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

const dismissDeadLetters: CommandDefinition = {
  name: 'dead-letters dismiss',
  summary: 'Give dead letters up that can never be delivered; the ledger keeps the reason.',
  operand: ids,
  options: [{ flags: '--reason <text>', description: 'why, in your words; no personal data' }],
  examples: [['dead-letters dismiss 215472 --reason "test data"', 'they end as `skipped: dismissed`']],
  async run(context, { operands, value }) {
    const reason = value('reason')?.trim() ?? ''
    if (operands.length === 0) throw usageError('give the ids to dismiss, as printed by `dead-letters list`')
    if (reason === '') throw usageError('say why with --reason: who reads the ledger later will ask')
    const { dismissed, unknown } = await withExistingStore(context, async (store) => {
      const found = await resolveRefs(store, operands)
      const dismissed = await store.dismiss(found.ids, reason)
      await noteRetry(store, context, `${plural(dismissed, 'record')} dismissed`, dismissed)
      return { dismissed, unknown: found.unknown.length }
    })
    if (context.json) context.print(formatJson({ dismissed, unknown }))
    else context.print(`${plural(dismissed, 'dead letter')} dismissed.\n${unknownText(unknown)}`)
    return unknown > 0 ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

export const deadLetterCommands: readonly CommandDefinition[] = [
  listDeadLetters,
  showDeadLetter,
  replayDeadLetters,
  dismissDeadLetters,
]

interface Replayed {
  readonly queued: number
  /** References that are no dead letter. */
  readonly unknown: number
  /** Of a dry run: the records that a replay would queue. */
  readonly wouldQueue?: readonly string[]
}

async function replay(store: Store, context: CommandContext, input: CommandInput): Promise<Replayed> {
  const { operands } = input
  const [all, filter] = [input.flag('all'), readFilter(input)]
  if ([all, filter !== undefined, operands.length > 0].filter(Boolean).length !== 1)
    throw usageError('give ids, or a filter such as --code, or --all: one of them')
  const selected =
    operands.length > 0 ? await resolveRefs(store, operands) : { ids: await listIds(store, filter), unknown: [] }
  const unknown = selected.unknown.length
  if (input.flag('dry-run')) return { queued: 0, unknown, wouldQueue: selected.ids }
  const queued = await store.replay(all ? 'all' : selected.ids)
  await noteRetry(store, context, `${plural(queued, 'record')} queued for retry`, queued)
  return { queued, unknown }
}

async function noteRetry(store: Store, { io }: CommandContext, text: string, count: number): Promise<void> {
  if (count > 0) await addToTimeline(store, { at: io.clock.now(), kind: 'retry', text, by: 'command line' })
}

/** Records may be in several groups. */
async function listIds(store: Store, filter?: DeadLetterFilter): Promise<readonly string[]> {
  return [...new Set((await readGroups(store, filter)).flatMap((group) => group.ids))]
}

function replayText({ queued, unknown, wouldQueue }: Replayed): string {
  if (wouldQueue !== undefined) {
    const lines = wouldQueue.map((id) => `  ${id}\n`).join('')
    return `${plural(wouldQueue.length, 'dead letter')} would be queued again.\n${lines}${unknownText(unknown)}`
  }
  const next = queued === 0 ? '' : ' A running `connector start` delivers them.'
  return `${plural(queued, 'dead letter')} queued again.${next}\n${unknownText(unknown)}`
}

const unknownText = (unknown: number): string =>
  unknown === 0 ? '' : `${plural(unknown, 'id')} ${unknown === 1 ? 'is' : 'are'} not a dead letter.\n`

function render(groups: readonly ListedGroup[], context: CommandContext): string {
  return groups.map((group) => `${groupLines(group, context).join('\n')}\n`).join('\n')
}

function groupLines(group: ListedGroup, { app, paint }: CommandContext): string[] {
  const shown = group.ids.slice(0, IDS_SHOWN)
  const more = group.count - shown.length
  return [
    `${paint('red', group.code)}  ${plural(group.count, 'record')}`,
    `    message  ${group.message}`,
    ...(group.metric === undefined ? [] : [`    metric   ${group.metric}`]),
    ...(group.place === undefined ? [] : [`    place    ${group.place}`]),
    `    who acts ${whoActs(group, true)}`,
    ...(group.kind === 'bug' ? [`    report   ${app.bugsUrl}`] : []),
    `    docs     ${faultUrl(group.code, app.homepage)}`,
    ...shown.map((id, at) => `    ${at === 0 ? 'records ' : '        '} ${id}`),
    ...(more > 0 ? [`             and ${plural(more, 'more', 'more')} (--json lists all)`] : []),
  ]
}
