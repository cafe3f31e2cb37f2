/** Finds the records of the ledger that a command line of `record` names. */
import type { RecordedInput } from '../../../conformance/recording/record.ts'
import { formatDuration } from '../../../lib/format.ts'
import { parseJson } from '../../../lib/json.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import type { Json } from '../../../ports/types.ts'
import { traceText } from '../../../search-keys.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES } from '../../errors.ts'
import { readGroups } from '../ledger/select-dead-letters.ts'
import type { RecordOrigin } from './record-options.ts'
import { findNewest, waitForTopic } from './wait-for-topic.ts'

export interface FoundRecords {
  readonly entries: readonly LedgerEntry[]
  readonly notes: readonly string[]
}

type StoredOrigin = Extract<RecordOrigin, { readonly kind: 'topic' | 'dead' | 'trace' }>

/** Throws an error for the user if there is none with a body. */
export async function findRecords(
  origin: StoredOrigin,
  limit: number,
  { store }: { readonly store: Store },
  context: CommandContext,
): Promise<FoundRecords> {
  const found = await list(origin, store, context)
  const entries = found.filter(({ body }) => body !== undefined && parseJson(body) !== undefined)
  const dropped = found.length - entries.length
  if (entries.length === 0) {
    const reason = dropped > 0 ? 'retention has dropped their data' : 'the ledger has none'
    throw new CliError(EXIT_CODES.failed, `nothing to record: ${reason}`)
  }
  const newest = [...entries].sort((a, b) => a.receivedAt - b.receivedAt).slice(-limit)
  const notes = [
    ...(dropped > 0 ? [`${dropped} without data, which retention has dropped`] : []),
    ...(newest.length < entries.length ? [`the newest ${newest.length} of ${entries.length}; --limit takes more`] : []),
  ]
  return { entries: newest, notes }
}

async function list(origin: StoredOrigin, store: Store, context: CommandContext): Promise<readonly LedgerEntry[]> {
  if (origin.kind === 'trace') {
    const found = await traceText(origin.ref, store)
    const exact = found.filter(({ id }) => id === origin.ref)
    if (found.length === 0)
      throw new CliError(EXIT_CODES.failed, 'the id, key or address is that of no record of the ledger')
    return exact.length > 0 ? exact : found
  }
  if (origin.kind === 'dead') return listDead(origin.code, store)
  const { topic, wait } = origin
  if (wait === undefined) {
    const newest = await findNewest(store, topic)
    if (newest) return [newest]
    throw new CliError(
      EXIT_CODES.failed,
      `the ledger has no recent webhook of ${topic}; wait for the next one with --wait`,
    )
  }
  const { clock, signal } = context.io
  context.note(`Waiting for a webhook of ${topic}, for ${formatDuration(wait)} at most …`)
  const next = await waitForTopic(store, topic, { clock, signal, timeout: wait })
  if (next) return [next]
  const reason = signal.aborted
    ? 'stopped'
    : `no webhook of ${topic} was stored within ${formatDuration(wait)}. Is \`connector start\` running on this store, and is the topic subscribed?`
  throw new CliError(EXIT_CODES.failed, reason)
}

async function listDead(code: string, store: Store): Promise<readonly LedgerEntry[]> {
  const groups = await readGroups(store)
  const ids = new Set(groups.filter((group) => group.code === code).flatMap((group) => group.ids))
  if (ids.size === 0) {
    const codes = [...new Set(groups.map((group) => group.code))]
    const known = codes.length === 0 ? 'there are no dead letters' : `there are dead letters with ${codes.join(', ')}`
    throw new CliError(EXIT_CODES.failed, `no dead letter has the fault ${code}: ${known}`)
  }
  const traced = await Promise.all([...ids].map((id) => store.trace(id)))
  return traced.flatMap((entries) => entries.filter(({ id }) => ids.has(id)).slice(0, 1))
}

/** Webhooks at the times of their receipt; items of streams by stream, imported when the last was read. */
export function toInput(entries: readonly LedgerEntry[], what: string): RecordedInput {
  const items: Record<string, Json[]> = {}
  const webhooks: { at: string; body: Json }[] = []
  for (const { topic, stream, body = '', receivedAt } of entries) {
    const value = parseJson(body) ?? null
    if (topic !== undefined) webhooks.push({ at: new Date(receivedAt).toISOString(), body: value })
    else if (stream !== undefined) items[stream] = [...(items[stream] ?? []), value]
  }
  return { webhooks, items, at: Math.max(...entries.map(({ receivedAt }) => receivedAt)), what }
}
