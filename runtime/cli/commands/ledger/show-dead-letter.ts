/** `dead-letters show`: one failed record, the line of the mapping it failed at, and what would happen if it were sent now. */
import { faultUrl } from '../../../fault-reference.ts'
import { formatDuration, formatJson, formatTime } from '../../../lib/format.ts'
import { whoActs } from '../../../ports/fault.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { EventResult, FaultInfo } from '../../../ports/types.ts'
import type { LoadedSpec } from '../../../spec/load.ts'
import { parsePlace } from '../../../spec/source-file.ts'
import type { CommandContext, CommandDefinition } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import { specFolder } from '../../load-spec.ts'
import { withExistingStore } from '../../with-connector.ts'
import { findDeadLetters } from './select-dead-letters.ts'

export const showDeadLetter: CommandDefinition = {
  name: 'dead-letters show',
  summary: 'Show why a record failed, where in the mappings, and what a replay would do.',
  operand: { flags: '<id>', description: 'a record id, or any id, key or address that `trace` takes' },
  options: [
    { flags: '--raw', description: 'also print the record as received; it holds personal data, so it needs --yes' },
    { flags: '--yes', description: 'with --raw: print personal data to this terminal' },
  ],
  examples: [
    ['dead-letters show 215472', 'every dead letter of this conversation or ticket'],
    ['dead-letters show 215472 --raw --yes > record.json', 'the record itself, for `preview`'],
  ],
  async run(context, input) {
    const [ref = ''] = input.operands
    const raw = input.flag('raw')
    if (raw && !input.flag('yes')) throw usageError('--raw prints personal data: confirm it with --yes')
    const letters = await withExistingStore(context, (store) => findDeadLetters(store, ref))
    if (letters.length === 0) {
      context.note(`"${ref}" is not a dead letter. \`connector trace\` shows what became of it.`)
      return EXIT_CODES.failed
    }
    if (raw) for (const { body } of letters) context.print(`${body ?? '(the ledger no longer has the record)'}\n`)
    else if (context.json) context.print(formatJson(letters.map(({ body: _, ...letter }) => letter)))
    else context.print(await render(letters, context))
    return EXIT_CODES.ok
  },
}

async function render(letters: readonly LedgerEntry[], context: CommandContext): Promise<string> {
  const folder = specFolder(context)
  const loaded = await context.load.spec(folder, context.app, { checkOnly: true }).catch(() => undefined)
  return letters.map((letter) => `${letterLines(letter, loaded, context).join('\n')}\n`).join('\n')
}

function letterLines(letter: LedgerEntry, loaded: LoadedSpec | undefined, context: CommandContext): string[] {
  const { id, outcome, topic, stream, receivedAt, settledAt = receivedAt, attempt, body } = letter
  if (outcome?.status !== 'dead') return []
  const { paint } = context
  const events = outcome.events.filter(({ status }) => status === 'dead')
  const delivered = outcome.events.filter(({ status }) => status === 'delivered')
  const failures: readonly Pick<EventResult, 'metric' | 'fault' | 'time'>[] =
    events.length > 0 ? events : [{ metric: '' }]
  return [
    paint('bold', id),
    `    received ${formatTime(receivedAt)}, ${topic ?? stream ?? 'of no topic'}`,
    `    failed   ${formatTime(settledAt)}, attempt ${attempt}`,
    ...failures.flatMap((event) => [
      ...failureLines({ ...event, fault: event.fault ?? outcome.fault }, loaded, context),
      ...replayLines(event, letter, loaded, context),
    ]),
    ...delivered.map(({ metric }) => `    event    ${metric}: ${paint('green', 'delivered')} all the same`),
    ...(body === undefined ? ['    record   dropped by retention: it cannot be replayed'] : []),
  ]
}

interface Failure {
  readonly metric: string
  readonly fault: FaultInfo
}

function failureLines({ metric, fault }: Failure, loaded: LoadedSpec | undefined, { app, paint }: CommandContext) {
  const { code, message, place, fields, requestId } = fault
  return [
    `    event    ${metric || 'the whole record'}: ${paint('red', code)}`,
    `    because  ${message}`,
    ...(fields === undefined ? [] : [`    field    ${fields.join(', ')}`]),
    ...(place === undefined ? [] : [`    place    ${place}`, ...sourceLines(place, loaded)]),
    ...(requestId === undefined ? [] : [`    request  ${requestId}`]),
    `    who acts ${whoActs(fault, true)}`,
    `    docs     ${faultUrl(code, app.homepage)}`,
  ]
}

/** The line at a place of the spec as it is now, with a caret below. */
function sourceLines(place: string, loaded: LoadedSpec | undefined): string[] {
  const at = parsePlace(place)
  const text = (at && loaded?.files.find(({ path }) => path === at.path)?.line(at.line)) ?? ''
  if (at === undefined || text.trim() === '') return []
  const caret = at.column <= text.length ? [`             ${' '.repeat(at.column - 1)}^`] : []
  return [`             ${text}`, ...caret]
}

/** Whether a replay starts flows. */
function replayLines(
  { time }: Pick<EventResult, 'time'>,
  { lane }: LedgerEntry,
  loaded: LoadedSpec | undefined,
  { io }: CommandContext,
): string[] {
  const liveWindow = loaded?.spec?.delivery.liveWindow
  if (time === undefined || liveWindow === undefined) return []
  const age = io.clock.now() - Date.parse(time)
  const effect =
    lane === 'backfill' || age > liveWindow ? 'as history, which starts no flow' : 'live, which can start flows'
  return [`    replay   sends the event of ${time}, ${formatDuration(age)} ago, ${effect}`]
}
