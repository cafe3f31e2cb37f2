/** `trace`: prints the history of a record, a person or an event from the ledger. */
import { formatJson } from '../../../lib/format.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import { buildRecordHistory } from '../../../record-history.ts'
import { traceText } from '../../../search-keys.ts'
import type { CommandDefinition } from '../../command.ts'
import { EXIT_CODES, usageError } from '../../errors.ts'
import { renderTimeline } from '../../output/timeline.ts'
import { withExistingStore } from '../../with-connector.ts'

export const traceCommand: CommandDefinition = {
  name: 'trace',
  summary: 'Show what happened to a conversation, ticket, contact, e-mail address, key or notification.',
  operand: { flags: '<id>', description: 'an id, an e-mail address or an idempotency key' },
  options: [],
  examples: [
    ['trace 215472', 'every record of this conversation or ticket, with its attempts and events'],
    ['trace ada@example.com', "a person's events; the ledger holds only a keyed hash of an address"],
  ],
  async run(context, { operands: [id = ''] }) {
    if (id.trim() === '') throw usageError('trace needs an id')
    const entries = await withExistingStore(context, (store) => traceText(id, store))
    if (entries.length === 0 && !context.json) {
      context.note('No record found: it never arrived, or retention has deleted it.')
    }
    if (context.json) context.print(formatJson(entries.map(entryJson)))
    else context.print(renderTimeline(entries, context.paint, context.app))
    return entries.length === 0 ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

/** Omits the body: it holds personal data, and terminals keep a scrollback. */
function entryJson({ body: _, attempts, ...entry }: LedgerEntry) {
  return { ...entry, steps: buildRecordHistory({ ...entry, ...(attempts && { attempts }) }).steps }
}
