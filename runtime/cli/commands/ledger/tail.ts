/** `tail`: prints deliveries as they happen, whichever process makes them. */
import { formatTime } from '../../../lib/format.ts'
import type { EventQuery, LedgerEvent } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import type { EventResult } from '../../../ports/types.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import type { Style } from '../../io.ts'
import { parseCount, parseList, unknownName } from '../../parse.ts'
import { withExistingStore } from '../../with-connector.ts'

/** How often the store is read. Milliseconds. */
const POLL_EVERY = 500
const PAGE = 500
const DEFAULT_LAST = 10

/** Outcomes by the names of `--only`. A waiting event has not ended. */
const OUTCOMES = { delivered: 'delivered', sent: 'delivered', skipped: 'skipped', dead: 'dead' } as const

const STYLES: Readonly<Record<EventResult['status'], Style>> = {
  delivered: 'green',
  skipped: 'dim',
  deferred: 'yellow',
  dead: 'red',
}

export const tailCommand: CommandDefinition = {
  name: 'tail',
  summary: 'Print deliveries as they happen, one a line.',
  options: [
    { flags: '--metric <metric>', description: 'only this metric; Profile: only profile updates' },
    { flags: '--only <outcomes>', description: 'only these outcomes: delivered (or sent), skipped, dead' },
    { flags: '--last <number>', description: `earlier deliveries to begin with (default ${DEFAULT_LAST})` },
  ],
  examples: [
    ['tail', 'beside a running `start`, until Ctrl-C'],
    ['tail --only dead,skipped', 'what does not arrive, and why'],
    ['tail --metric "Rated Conversation" --json', 'one JSON object a line, for jq'],
  ],
  async run(context, input) {
    const [filter, last] = [filterOf(input), parseCount(input.value('last') ?? String(DEFAULT_LAST), '--last')]
    await withExistingStore(context, (store) => follow(store, filter, last, context))
    return EXIT_CODES.ok
  },
}

interface Filter {
  readonly metric?: string
  readonly outcomes: ReadonlySet<EventResult['status']>
}

function filterOf(input: CommandInput): Filter {
  const [metric, only] = [input.value('metric'), input.value('only')]
  const outcomes = parseList(only ?? 'delivered,skipped,dead').map((name) => {
    if (name in OUTCOMES) return OUTCOMES[name as keyof typeof OUTCOMES]
    throw usageError(unknownName('outcome', name, Object.keys(OUTCOMES)))
  })
  if (outcomes.length === 0) throw usageError('--only names no outcome')
  return { outcomes: new Set(outcomes), ...(metric !== undefined && { metric }) }
}

/** Returns when the process is asked to end. */
async function follow(store: Store, filter: Filter, last: number, context: CommandContext): Promise<void> {
  const { clock, signal } = context.io
  const [newest] = await store.events({ limit: 1 })
  let after = newest?.id ?? 0
  for (const event of await readLast(store, filter, last)) show(event, context)
  while (!signal.aborted) {
    await clock.sleep(POLL_EVERY, signal)
    const events = await readAfter(store, after)
    after = events.at(-1)?.id ?? after
    for (const event of events) if (matches(event, filter)) show(event, context)
  }
}

/** The last matching events, oldest first. */
async function readLast(store: Store, { metric, outcomes }: Filter, last: number): Promise<readonly LedgerEvent[]> {
  if (last === 0) return []
  const read = (status: EventResult['status']) => store.events({ limit: last, status, ...(metric && { metric }) })
  const found = (await Promise.all([...outcomes].map(read))).flat()
  return found.sort((a, b) => a.id - b.id).slice(-last)
}

/** All events since, oldest first. */
async function readAfter(store: Store, after: number): Promise<readonly LedgerEvent[]> {
  const found: LedgerEvent[] = []
  for (let before: EventQuery['before']; ; before = found.at(-1)?.id) {
    const page = await store.events({ after, limit: PAGE, ...(before !== undefined && { before }) })
    found.push(...page)
    if (page.length < PAGE) return found.reverse()
  }
}

const matches = ({ metric, status }: LedgerEvent, filter: Filter): boolean =>
  filter.outcomes.has(status) && (filter.metric === undefined || metric === filter.metric)

function show(event: LedgerEvent, context: CommandContext): void {
  const { settledAt, topic, stream, metric, status, lane, record, key, time } = event
  const origin = topic ?? stream
  const reason = event.reason ?? event.fault?.code
  const person = maskContact(event.contact)
  if (context.json) {
    const at = new Date(settledAt).toISOString()
    context.print(`${JSON.stringify({ at, origin, metric, status, reason, lane, person, time, key, record })}\n`)
    return
  }
  const outcome = [context.paint(STYLES[status], status), reason, lane === 'backfill' && 'as history']
  const columns = [
    formatTime(settledAt),
    origin,
    metric || 'whole record',
    outcome.filter(Boolean).join(' '),
    person,
    record,
  ]
  context.print(`${columns.filter((column) => column !== undefined).join('  ')}\n`)
}

/** Enough to tell two people apart, and too little to name one. */
const maskContact = (contact: string | undefined): string | undefined =>
  contact === undefined ? undefined : `…${contact.slice(-4)}`
