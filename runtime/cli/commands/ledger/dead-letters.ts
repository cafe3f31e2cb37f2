/** `dead-letters list` and `dead-letters replay`. */
import { faultUrl } from '../../../fault-reference.ts'
import { formatJson, plural } from '../../../lib/format.ts'
import { whoActs } from '../../../ports/fault.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import type { FaultInfo } from '../../../ports/types.ts'
import type { CommandContext, CommandDefinition } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import { withExistingStore } from '../../with-connector.ts'

const IDS_SHOWN = 5

const listDeadLetters: CommandDefinition = {
  name: 'dead-letters list',
  summary: 'List dead letters, grouped by fault and metric.',
  options: [],
  examples: [
    ['dead-letters list', 'count, message, place in the mappings and record ids of each fault'],
    ['dead-letters list --json', 'the same with every record id'],
  ],
  async run(context) {
    const groups = await withExistingStore(context, readGroups)
    if (context.json) context.print(formatJson(groups))
    else if (groups.length === 0) context.print('No dead letters.\n')
    else context.print(render(groups, context))
    return EXIT_CODES.ok
  },
}

const replayDeadLetters: CommandDefinition = {
  name: 'dead-letters replay',
  summary: 'Queue dead letters again, by record id or all of them.',
  operand: { flags: '[id...]', description: 'record ids, as printed by `dead-letters list`' },
  options: [{ flags: '--all', description: 'every dead letter' }],
  examples: [
    ['dead-letters replay --all', 'after fixing a mapping; a running `start` delivers them'],
    ['dead-letters replay abc123:ticket.created:notif_1', 'one record; events delivered before are not counted again'],
  ],
  async run(context, input) {
    const all = input.flag('all')
    const ids = [...new Set(input.operands)]
    if (all === ids.length > 0) throw usageError('give the record ids to replay, or --all, but not both')
    const queued = await withExistingStore(context, (store) => store.replay(all ? 'all' : ids))
    const unknown = all ? 0 : ids.length - queued
    if (context.json) context.print(formatJson({ queued, unknown }))
    else context.print(replayText(queued, unknown))
    return unknown > 0 ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

export const deadLetterCommands: readonly CommandDefinition[] = [listDeadLetters, replayDeadLetters]

function replayText(queued: number, unknown: number): string {
  const next = queued === 0 ? '' : ' A running `connector start` delivers them.'
  const rest = unknown === 0 ? '' : `${plural(unknown, 'id')} ${unknown === 1 ? 'is' : 'are'} not a dead letter.\n`
  return `${plural(queued, 'dead letter')} queued again.${next}\n${rest}`
}

/** One of the store's groups. The message and the request id are those of its newest record. */
interface ListedGroup extends FaultInfo {
  readonly metric?: string
  readonly count: number
  /** Record ids, oldest first. */
  readonly ids: readonly string[]
}

/** Largest group first. */
async function readGroups(store: Store): Promise<readonly ListedGroup[]> {
  const listed: ListedGroup[] = []
  for (const { group, fault, metric, count } of await store.groupDeadLetters()) {
    const ids: string[] = []
    for await (const { id } of readDeadLetters(store, group)) ids.push(id)
    listed.push({ ...fault, ...(metric && { metric }), count, ids })
  }
  return listed
}

const PAGE = 200

async function* readDeadLetters(store: Store, group: string): AsyncGenerator<LedgerEntry> {
  for (let after = 0; ; ) {
    const page = await store.listDeadLetters({ group, after, limit: PAGE })
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)?.seq ?? after
  }
}

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
