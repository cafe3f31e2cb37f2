/** Takes records of the ledger as the input of a preview. */
import { parseJson } from '../../../lib/json.ts'
import type { PreviewInput } from '../../../mapping/preview.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import { toSearchKey } from '../../../record-history.ts'
import { listNewestDeadLetters } from './select-dead-letters.ts'

export interface StoredInputs {
  readonly inputs: readonly StoredInput[]
  /** What is not among them, and why. */
  readonly notes: readonly string[]
}

export interface StoredInput {
  readonly record: string
  readonly data: PreviewInput
}

/** Records at once. */
const MAX_RECORDS = 100

/** The records of a reference in any form that `trace` takes. */
export async function readStoredInputs(store: Store, ref: string): Promise<StoredInputs> {
  const found = await store.trace(toSearchKey(ref))
  const exact = found.filter(({ id }) => id === ref)
  if (found.length === 0) return { inputs: [], notes: [`"${ref}" is no record of the ledger`] }
  return toInputs(exact.length > 0 ? exact : found, found.length)
}

export async function readDeadInputs(store: Store): Promise<StoredInputs> {
  const { letters, all } = await listNewestDeadLetters(store, MAX_RECORDS)
  return all === 0 ? { inputs: [], notes: ['no dead letters'] } : toInputs(letters, all)
}

function toInputs(entries: readonly LedgerEntry[], all: number): StoredInputs {
  const kept = entries.flatMap((entry) => toInput(entry) ?? [])
  const dropped = entries.length - kept.length
  const notes = [
    ...(all > entries.length && all > MAX_RECORDS ? [`the newest ${entries.length} of ${all} records`] : []),
    ...(dropped > 0 ? [`${dropped} without a body, which retention has dropped or which is not JSON`] : []),
  ]
  return { inputs: kept, notes }
}

/** The workspace of a stream's item comes from a key: the item itself does not name it. */
function toInput({ id, topic, stream, body, outcome }: LedgerEntry): StoredInput | undefined {
  const data = body === undefined ? undefined : parseJson(body)
  if (data === undefined) return undefined
  if (topic !== undefined) return { record: id, data: { topic, data } }
  const workspace = outcome?.events.find(({ key }) => key !== undefined)?.key?.split(':')[0]
  return { record: id, data: { stream: stream ?? '', data, ...(workspace !== undefined && { workspace }) } }
}
