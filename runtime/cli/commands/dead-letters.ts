/** `dead-letters list` and `dead-letters replay`: what could not be delivered, and once more. */

import { json, plural } from '../../lib/format.ts'
import { whoActs } from '../../ports/fault.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import type { Painter } from '../io.ts'
import { type DeadGroup, deadLetters, groupDeadLetters } from '../output/dead-letter-groups.ts'
import { withExistingStore } from '../with-connector.ts'

const IDS_SHOWN = 5

export const listDeadLetters: CommandDefinition = {
  name: 'dead-letters list',
  summary: 'Show what could not be delivered, grouped by what was wrong.',
  options: [],
  examples: [
    ['dead-letters list', 'counts, messages, places in the mappings, ids'],
    ['dead-letters list --json', 'the same with every id'],
  ],
  async run(context) {
    const groups = await withExistingStore(context, (store) => groupDeadLetters(deadLetters(store)))
    if (context.json) context.print(json(groups))
    else if (groups.length === 0) context.print('No dead letters.\n')
    else context.print(render(groups, context.paint))
    return EXIT_CODES.ok
  },
}

export const replayDeadLetters: CommandDefinition = {
  name: 'dead-letters replay',
  summary: 'Queue dead letters again: those named, or all.',
  operand: { flags: '[id...]', description: 'record ids, as `dead-letters list` shows them' },
  options: [{ flags: '--all', description: 'every dead letter' }],
  examples: [
    ['dead-letters replay --all', 'after a mapping was mended; a running `start` delivers them'],
    ['dead-letters replay webhook:notif_1', 'just this record; nothing that was delivered is counted twice'],
  ],
  async run(context, input) {
    const all = input.flag('all')
    const ids = [...new Set(input.operands)]
    if (all === ids.length > 0) throw usageError('name the record ids to replay, or --all, but not both')
    const queued = await withExistingStore(context, (store) => store.replay(all ? 'all' : ids))
    const asked = all ? queued : ids.length
    if (context.json) context.print(json({ queued, unknown: asked - queued }))
    else context.print(replayed(queued, asked))
    return queued < asked ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

function replayed(queued: number, asked: number): string {
  const missing = asked - queued
  const rest = missing === 0 ? '' : `${plural(missing, 'id')} named no dead letter.\n`
  const next = queued === 0 ? '' : ' A running `connector start` delivers them.'
  return `${plural(queued, 'dead letter')} queued again.${next}\n${rest}`
}

function render(groups: readonly DeadGroup[], paint: Painter): string {
  return groups.map((group) => `${groupLines(group, paint).join('\n')}\n`).join('\n')
}

function groupLines(group: DeadGroup, paint: Painter): string[] {
  const shown = group.ids.slice(0, IDS_SHOWN)
  const more = group.count - shown.length
  return [
    `${paint('red', group.code)}  ${plural(group.count, 'record')}`,
    `    message  ${group.message}`,
    ...(group.place === undefined ? [] : [`    place    ${group.place}`]),
    `    who acts ${whoActs(group, true)}`,
    ...shown.map((id, at) => `    ${at === 0 ? 'records ' : '        '} ${id}`),
    ...(more > 0 ? [`             and ${plural(more, 'more', 'more')} (--json lists all)`] : []),
  ]
}
