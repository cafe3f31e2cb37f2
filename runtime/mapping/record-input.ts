/** Takes a record of the ledger as the input of a preview. */
import { parseJson } from '../lib/json.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { PreviewInput } from './preview.ts'

/** Undefined: retention has dropped the body, or it is not JSON. */
export function toPreviewInput({ topic, stream, body, workspace }: LedgerEntry): PreviewInput | undefined {
  const data = body === undefined ? undefined : parseJson(body)
  if (data === undefined) return undefined
  if (topic !== undefined) return { topic, data }
  // The item of a stream does not name it.
  return { stream: stream ?? '', data, ...(workspace !== '' && { workspace }) }
}
