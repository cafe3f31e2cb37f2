/** Takes records of the ledger as the input of a preview. */
import type { PreviewInput } from '../../../mapping/preview.ts'
import { toPreviewInput } from '../../../mapping/record-input.ts'
import type { LedgerEntry } from '../../../ports/ledger.ts'
import type { Store } from '../../../ports/store.ts'
import { traceText } from '../../../search-keys.ts'
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
  const found = await traceText(ref, store)
  const exact = found.filter(({ id }) => id === ref)
  if (found.length === 0) return { inputs: [], notes: [`"${ref}" is no record of the ledger`] }
  return toInputs(exact.length > 0 ? exact : found, found.length)
}

export async function readDeadInputs(store: Store): Promise<StoredInputs> {
  const { letters, all } = await listNewestDeadLetters(store, MAX_RECORDS)
  return all === 0 ? { inputs: [], notes: ['no dead letters'] } : toInputs(letters, all)
}

function toInputs(entries: readonly LedgerEntry[], all: number): StoredInputs {
  const kept = entries.flatMap((entry) => {
    const data = toPreviewInput(entry)
    return data === undefined ? [] : [{ record: entry.id, data }]
  })
  const dropped = entries.length - kept.length
  const notes = [
    ...(all > entries.length && all > MAX_RECORDS ? [`the newest ${entries.length} of ${all} records`] : []),
    ...(dropped > 0 ? [`${dropped} without a body, which retention has dropped or which is not JSON`] : []),
  ]
  return { inputs: kept, notes }
}
