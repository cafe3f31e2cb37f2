/** Maps a delivered event's raw record again: mapped profiles and properties are not stored. */
import { parseJson } from '../../../lib/json.ts'
import type { Preview, PreviewInput, PreviewItem } from '../../../mapping/preview.ts'
import { toFault } from '../../../ports/fault.ts'
import type { LedgerEntry, LedgerEvent } from '../../../ports/ledger.ts'
import type { JsonObject, Profile } from '../../../ports/types.ts'
import type { ConsoleOptions } from '../../types.ts'

/** Profile and properties, or a sentence with the reason why they are unavailable. */
export type RemappedEvent =
  | {
      readonly profile: Profile
      readonly properties?: JsonObject
      /** What the event is worth, and its currency. */
      readonly worth?: JsonObject
      readonly notes: readonly string[]
    }
  | { readonly unavailable: string }

/** `lookupFallback`: whether lookups that are no longer cached may query the source. */
export async function remapEvent(
  event: LedgerEvent,
  { connector: { store, preview, spec } }: Pick<ConsoleOptions, 'connector'>,
  lookupFallback: NonNullable<PreviewInput['lookupFallback']>,
): Promise<RemappedEvent> {
  const entry = (await store.trace(event.record)).find(({ id }) => id === event.record)
  if (entry?.body === undefined) return { unavailable: 'The record of this event is no longer kept.' }
  try {
    const previewed = await preview({ ...inputOf(entry, event), lookupFallback })
    const item = itemOf(previewed, event, spec.destination.metricPrefix)
    if (item === undefined) return { unavailable: 'The current mapping creates no such event from this record.' }
    if ('skipped' in item) return { unavailable: `The current mapping skips this event: ${item.skipped}.` }
    if ('fault' in item) return { unavailable: `The record of this event cannot be mapped: ${item.fault}` }
    if (!('metric' in item)) return { profile: item.profile, notes: previewed.notes }
    const { profile, properties, value, currency } = item
    const worth = value === undefined ? undefined : { Value: value, Currency: currency }
    return { profile, properties: properties as JsonObject, ...(worth && { worth }), notes: previewed.notes }
  } catch (error) {
    return { unavailable: `The record of this event cannot be mapped right now: ${toFault(error).message}` }
  }
}

/** The workspace of a stream item comes from the event's key: the item itself does not name it. */
function inputOf({ topic, stream, body = '' }: LedgerEntry, { key = '' }: LedgerEvent): PreviewInput {
  const data = parseJson(body) ?? null
  return topic === undefined ? { stream: stream ?? '', data, workspace: key.split(':')[0] ?? '' } : { topic, data }
}

/** Finds the event among those of its record: by key, or by metric if it never had one. */
function itemOf({ items }: Preview, { metric, key }: LedgerEvent, prefix: string): PreviewItem | undefined {
  if (metric === 'Profile') return items.find((item) => !('metric' in item))
  const same = items.filter((item) => 'metric' in item && [metric, prefix + metric].includes(item.metric))
  return same.find((item) => 'key' in item && item.key === key) ?? (key === undefined ? same[0] : undefined)
}

/** The identifier that people recognise: the e-mail address, else the phone number. */
export function identifierOf({ email, phone_number }: Profile): string | undefined {
  return email ?? phone_number
}
