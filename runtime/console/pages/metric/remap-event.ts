/** Maps a delivered event's raw record again: mapped profiles and properties are not stored. */
import type { MappingExplanation, OccurrenceExplanation } from '../../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../../mapping/explain/explain-properties.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { Preview, PreviewInput, PreviewItem } from '../../../mapping/preview.ts'
import { toPreviewInput } from '../../../mapping/record-input.ts'
import { toFault } from '../../../ports/fault.ts'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import type { JsonObject, Profile } from '../../../ports/types.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { ConsoleOptions } from '../../types.ts'

/** Profile and properties, or a sentence with the reason why they are unavailable. */
export type RemappedEvent = (
  | {
      readonly profile: Profile
      readonly properties?: JsonObject
      /** What the event is worth, and its currency. */
      readonly worth?: JsonObject
      readonly notes: readonly string[]
    }
  | { readonly unavailable: string }
) & { readonly explanation?: EventExplanation }

/** The event's own values, and all mappings that take its record. Empty where the current mapping finds no such event. */
export interface EventExplanation extends Required<Pick<OccurrenceExplanation, 'properties' | 'profile' | 'lookups'>> {
  /** `value` and `currency`. */
  readonly worth: readonly PropertyExplanation[]
  readonly mappings: readonly MappingExplanation[]
}

export const NO_EXPLANATION: EventExplanation = { properties: [], worth: [], profile: [], lookups: [], mappings: [] }

export interface RemapOptions {
  /** Whether lookups that are no longer cached may query the source. */
  readonly lookupFallback: NonNullable<PreviewInput['lookupFallback']>
  readonly explains: boolean
}

export async function remapEvent(
  event: LedgerEvent,
  { connector: { store, preview, spec } }: Pick<ConsoleOptions, 'connector'>,
  { lookupFallback, explains }: RemapOptions,
): Promise<RemappedEvent> {
  const entry = (await store.trace(event.record)).find(({ id }) => id === event.record)
  const input = entry && toPreviewInput(entry)
  if (input === undefined) return { unavailable: 'The record of this event is no longer kept.' }
  try {
    const explain = explains && { explain: true as const, explainOnly: isEvent(event) }
    const previewed = await preview({ ...input, lookupFallback, ...explain })
    const item = itemOf(previewed, event, spec.destination.metricPrefix)
    const { explanation, own } = explains ? explanationOf(previewed, event, spec) : {}
    return { ...describeItem(item ?? skippedItem(own, event), previewed.notes), ...(explanation && { explanation }) }
  } catch (error) {
    return { unavailable: `The record of this event cannot be mapped right now: ${toFault(error).message}` }
  }
}

function describeItem(item: PreviewItem | undefined, notes: readonly string[]): RemappedEvent {
  if (item === undefined) return { unavailable: 'The current mapping creates no such event from this record.' }
  if ('skipped' in item)
    return { unavailable: `The current mapping skips this event: ${describeSkipReason(item.skipped)}.` }
  if ('fault' in item) return { unavailable: `The record of this event cannot be mapped: ${item.fault}` }
  if (!('metric' in item)) return { profile: item.profile, notes }
  const { profile, properties, value, currency } = item
  const worth = value === undefined ? undefined : { Value: value, Currency: currency }
  return { profile, properties: properties as JsonObject, ...(worth && { worth }), notes }
}

/** An event that never had a key is any one of its metric. */
const isEvent = (event: LedgerEvent) => (metric: string, key: string) =>
  metric === event.metric && (event.key === undefined || metric === PROFILE || key === event.key)

function explanationOf({ explanations = [] }: Preview, event: LedgerEvent, spec: Spec) {
  const mappings = explanations.flatMap((one) => one.mappings)
  const occurrences = mappings.find(({ metric }) => metric === event.metric)?.occurrences ?? []
  const own = occurrences.find(({ key = '' }) => isEvent(event)(event.metric, key))
  const { properties = [], lookups = [], profile = [] } = own ?? {}
  // What the event is worth comes after its properties.
  const { length } = spec.mappings.find(({ metric }) => metric === event.metric)?.properties ?? []
  const values = { properties: properties.slice(0, length), worth: properties.slice(length), profile, lookups }
  return { own, explanation: { ...values, mappings } satisfies EventExplanation }
}

/** A skipped item of a preview has no key, and one that the record only repeats is left out. */
const skippedItem = (own: OccurrenceExplanation | undefined, { metric }: LedgerEvent): PreviewItem | undefined =>
  own?.reason === undefined ? undefined : { metric, skipped: own.reason }

/** Finds the event among those of its record: by key, or by metric if it never had one. */
function itemOf({ items }: Preview, { metric, key }: LedgerEvent, prefix: string): PreviewItem | undefined {
  if (metric === PROFILE) return items.find((item) => !('metric' in item))
  const same = items.filter((item) => 'metric' in item && [metric, prefix + metric].includes(item.metric))
  return same.find((item) => 'key' in item && item.key === key) ?? (key === undefined ? same[0] : undefined)
}

/** The identifier that people recognise: the e-mail address, else the phone number. */
export function identifierOf({ email, phone_number }: Profile): string | undefined {
  return email ?? phone_number
}
