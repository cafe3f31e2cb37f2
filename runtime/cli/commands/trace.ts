/** `trace`: what became of one thing. */
import { json } from '../../lib/format.ts'
import type { LedgerEntry } from '../../ports/ledger.ts'
import { recordHistory, searchKeyOf } from '../../record-history.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { timeline } from '../output/timeline.ts'
import { withExistingStore } from '../with-connector.ts'

export const trace: CommandDefinition = {
  name: 'trace',
  summary: 'Show what happened to a conversation, ticket, contact, e-mail address, key or notification.',
  operand: { flags: '<id>', description: 'its id; an e-mail address; an idempotency key' },
  options: [],
  examples: [
    ['trace 215472', 'each road this conversation or ticket came by, each attempt, and where its events went'],
    ['trace ada@example.com', 'the events of a person; the address itself is kept nowhere, only its SHA-256'],
  ],
  async run(context, { operands: [id = ''] }) {
    if (id.trim() === '') throw usageError('trace needs an id')
    const entries = await withExistingStore(context, (store) => store.trace(searchKeyOf(id)))
    if (entries.length === 0 && !context.json) {
      context.note('Nothing is known of it: it never came here, or retention has dropped it.')
    }
    if (context.json) context.print(json(entries.map(withSteps)))
    else context.print(timeline(entries, context.paint))
    return entries.length === 0 ? EXIT_CODES.failed : EXIT_CODES.ok
  },
}

/** What the text shows, as data. A body holds personal data, and terminals keep what they show. */
function withSteps({ body: _, attempts, ...entry }: LedgerEntry) {
  return { ...entry, steps: recordHistory({ ...entry, ...(attempts && { attempts }) }).steps }
}
