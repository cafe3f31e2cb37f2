/** An event as it was sent: its raw record, mapped once more. Nothing mapped is kept, so this is where its person is. */

import type { Preview, PreviewInput, PreviewItem } from '../../../mapping/preview.ts'
import { toFault } from '../../../ports/fault.ts'
import type { LedgerEntry, LedgerEvent } from '../../../ports/ledger.ts'
import type { Json, JsonObject, Profile } from '../../../ports/types.ts'
import type { ConsoleOptions } from '../../types.ts'

/** The person and the properties; or why they cannot be told, in a sentence. */
export type RemappedEvent =
  | { readonly profile: Profile; readonly properties?: JsonObject; readonly notes: readonly string[] }
  | { readonly gone: string }

/** `beyond`: whether the source may be asked for what is no longer in memory. */
export async function remapEvent(
  event: LedgerEvent,
  { connector: { store, preview, spec } }: Pick<ConsoleOptions, 'connector'>,
  beyond: NonNullable<PreviewInput['lookupFallback']>,
): Promise<RemappedEvent> {
  const entry = (await store.trace(event.record)).find(({ id }) => id === event.record)
  if (entry?.body === undefined) return { gone: 'Its record is no longer kept.' }
  try {
    const shown = await preview({ ...inputOf(entry, event), lookupFallback: beyond })
    const item = itemOf(shown, event, spec.destination.metricPrefix)
    if (item === undefined) return { gone: 'As the mapping is now, it would not be made from its record.' }
    if ('skipped' in item) return { gone: `As the mapping is now, it would be left out: ${item.skipped}.` }
    if ('fault' in item) return { gone: `Its record cannot be mapped: ${item.fault}` }
    if (!('metric' in item)) return { profile: item.profile, notes: shown.notes }
    return { profile: item.profile, properties: item.properties as JsonObject, notes: shown.notes }
  } catch (error) {
    return { gone: `Its record cannot be mapped just now: ${toFault(error).message}` }
  }
}

/** The key begins with the account, which a single item of a stream does not tell. */
function inputOf({ topic, stream, body = '' }: LedgerEntry, { key = '' }: LedgerEvent): PreviewInput {
  const data = JSON.parse(body) as Json
  return topic === undefined ? { stream: stream ?? '', data, workspace: key.split(':')[0] ?? '' } : { topic, data }
}

/** Its own key tells which of a record's events it is; what never had one is told by its metric. */
function itemOf({ items }: Preview, { metric, key }: LedgerEvent, prefix: string): PreviewItem | undefined {
  if (metric === 'Profile') return items.find((item) => !('metric' in item))
  const same = items.filter((item) => 'metric' in item && [metric, prefix + metric].includes(item.metric))
  return same.find((item) => 'key' in item && item.key === key) ?? (key === undefined ? same[0] : undefined)
}

/** How a person is told from others: the address, else the number. */
export function nameOf({ email, phone_number }: Profile): string | undefined {
  return email ?? phone_number
}
