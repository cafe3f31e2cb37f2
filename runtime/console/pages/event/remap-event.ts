/** Maps the record of an event again: what is mapped, and the request, are not stored. */
import { MAX_SAMPLES } from '../../../delivery/history-samples.ts'
import type { MappingExplanation, OccurrenceExplanation } from '../../../mapping/explain/explain-mapping.ts'
import type { PropertyExplanation } from '../../../mapping/explain/explain-properties.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { Preview, PreviewItem } from '../../../mapping/preview.ts'
import { toPreviewInput } from '../../../mapping/record-input.ts'
import type { RequestPreview } from '../../../ports/destination.ts'
import { toFault } from '../../../ports/fault.ts'
import type { LedgerEntry, LedgerEvent } from '../../../ports/ledger.ts'
import type { JsonObject, Profile } from '../../../ports/types.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import type { Spec } from '../../../spec/spec.ts'
import { maskExplanation } from '../../explanation/mask-explanation.ts'
import type { ConsoleOptions } from '../../types.ts'

/** Profile and properties, or a sentence with the reason why they are unavailable. */
export type RemappedEvent = DescribedEvent & {
  readonly explanation: EventExplanation
  readonly request?: RequestPreview | undefined
}

type DescribedEvent =
  | {
      readonly profile: Profile
      readonly properties?: JsonObject
      /** What the event is worth, and its currency. */
      readonly worth?: JsonObject
      readonly notes: readonly string[]
    }
  | { readonly unavailable: string }

/** The event's own values, and all mappings that take its record. Empty where the current mapping finds no such event. */
export interface EventExplanation extends Required<Pick<OccurrenceExplanation, 'properties' | 'profile' | 'lookups'>> {
  /** `value` and `currency`. */
  readonly worth: readonly PropertyExplanation[]
  readonly mappings: readonly MappingExplanation[]
}

const NO_EXPLANATION: EventExplanation = { properties: [], worth: [], profile: [], lookups: [], mappings: [] }

/** Asks the source for lookups that are no longer cached. The explanation is masked unless `inFull`. */
export async function remapEvent(
  event: LedgerEvent,
  entry: LedgerEntry,
  { connector: { preview, spec } }: Pick<ConsoleOptions, 'connector'>,
  inFull: boolean,
): Promise<RemappedEvent> {
  const input = toPreviewInput(entry)
  if (input === undefined)
    return { unavailable: event.lane === 'backfill' ? NO_SAMPLE : CONTENT_EXPIRED, explanation: NO_EXPLANATION }
  const only = isEvent(event)
  const together = event.lane === 'backfill' || event.receipt?.together === true
  try {
    const explain = { explain: true as const, explainOnly: only }
    const requests = { lane: event.lane, together, only }
    const previewed = await preview({ ...input, lookupFallback: 'source', ...explain, requests })
    const item = itemOf(previewed, event, spec.destination.metricPrefix)
    const { explanation, own } = explanationOf(previewed, event, spec, inFull)
    const request = previewed.requests?.[0]
    return { ...describeItem(item ?? skippedItem(own, event), previewed.notes), explanation, request }
  } catch (error) {
    const unavailable = `The record of this event cannot be mapped right now: ${toFault(error).message}.`
    return { unavailable, explanation: NO_EXPLANATION }
  }
}

const CONTENT_EXPIRED = 'The content of its record is no longer kept.'
const NO_SAMPLE = `${CONTENT_EXPIRED} An import keeps that of the first ${MAX_SAMPLES} events of each metric.`

function describeItem(item: PreviewItem | undefined, notes: readonly string[]): DescribedEvent {
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

function explanationOf({ explanations = [] }: Preview, event: LedgerEvent, spec: Spec, inFull: boolean) {
  const all = explanations.flatMap((one) => one.mappings)
  const mappings = inFull ? all : all.map(maskExplanation)
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
