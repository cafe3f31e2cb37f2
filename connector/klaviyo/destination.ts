/** The destination: sends events and profiles to Klaviyo, each with its own result. */

import type { ApiResponse } from '../../runtime/http/error-response.ts'
import { BoundedMap } from '../../runtime/lib/bounded-map.ts'
import { onFirstUse } from '../../runtime/lib/on-first-use.ts'
import type {
  Destination,
  FittedMessage,
  ProfileDeletion,
  RequestPreview,
  SendMode,
  SendResult,
} from '../../runtime/ports/destination.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Json, Lane, MetricEvent, OutgoingMessage, Receipt } from '../../runtime/ports/types.ts'
import type { DestinationSpec, Window } from '../../runtime/spec/spec.ts'
import { type BulkItem, sendBulk } from './bulk.ts'
import { type KlaviyoOptions, type SendRequest, specEndpoint, toReceipt } from './client.ts'
import type { FindKnown } from './known-people.ts'
import { withChanges } from './limits/change-log.ts'
import { type Limits, limitOf } from './limits/limits.ts'
import { moveProfile, withoutRejectedPhone } from './rejected-identifiers.ts'
import {
  BULK_WRAPPER,
  type BulkEntry,
  bulkBody,
  bulkEntry,
  type EncodedMessage,
  eventBody,
  profileBody,
  splitIntoRequests,
} from './request-bodies.ts'

/**
 * Writes to four endpoints, none of which subscribes, unsubscribes or suppresses a profile.
 *
 * Live events go to `event` one by one or to `bulk` together; backfill events go to `bulk` only, with the flag that
 * keeps flows from starting. `unique_id` is always the event's key, so resending changes nothing.
 *
 * Reads from `profiles` who has a profile already, and writes to `profileDeletion`, if settings of `people` ask for it.
 *
 * A profile goes to `profile`, which finds it by its address, or with an id to `profileUpdate`, which changes its address.
 */
export const createKlaviyoDestination = (options: KlaviyoOptions): Destination => new KlaviyoDestination(options)

/** Fits messages as the destination of a spec sends them, without one. */
export const createFit =
  ({ limits }: Pick<DestinationSpec, 'limits'>): Destination['fit'] =>
  (message) =>
    messageBody(message, limits)

function deletionOnFirstUse(load: () => Promise<ProfileDeletion>): ProfileDeletion {
  let loaded: Promise<ProfileDeletion> | undefined
  const deletion = () => {
    loaded ??= load()
    return loaded
  }
  return {
    readIdentifiers: async (...profile) => (await deletion()).readIdentifiers(...profile),
    delete: async (...profile) => (await deletion()).delete(...profile),
  }
}

class KlaviyoDestination implements Destination {
  readonly batch: { readonly events: number; readonly bytes: number }
  readonly findKnown?: FindKnown
  readonly deletion?: ProfileDeletion
  readonly #options: KlaviyoOptions
  readonly #logger: Logger
  readonly #limits: Limits
  readonly #event: SendRequest
  readonly #bulk: SendRequest
  readonly #profile: SendRequest
  readonly #profileUpdate: SendRequest
  readonly #entries: EntryCache

  constructor(options: KlaviyoOptions) {
    const { limits } = options.spec
    this.#options = options
    this.#logger = options.logger
    this.#limits = limits
    this.#event = specEndpoint(options, 'event', 'events:write')
    this.#bulk = specEndpoint(options, 'bulk', 'events:write')
    this.#profile = specEndpoint(options, 'profile', 'profiles:write')
    this.#profileUpdate = specEndpoint(options, 'profileUpdate', 'profiles:write', 'PATCH')
    const { profiles, profileDeletion } = options.spec.endpoints
    if (profiles !== undefined) {
      const send = onFirstUse(() => specEndpoint(options, 'profiles', 'profiles:read'))
      // Imported on first use: only settings of `people` ask for it.
      this.findKnown = async (...people) => {
        const { createFindKnown } = await import('./known-people.ts')
        return createFindKnown(send, profiles.path)(...people)
      }
      if (profileDeletion !== undefined)
        this.deletion = deletionOnFirstUse(async () => {
          const { createDeletion } = await import('./deletion.ts')
          return createDeletion(options, send, profiles.path)
        })
    }
    this.#entries = new EntryCache(limits)
    this.batch = { events: limitOf(limits, 'events'), bytes: limitOf(limits, 'request') - BULK_WRAPPER }
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> {
    const send = <M extends OutgoingMessage>(one: M) =>
      withoutRejectedPhone(one, (sent: M) => this.#send(sent, signal), this.#logger)
    if (message.kind === 'event' || message.profileId === undefined) return send(message)
    return moveProfile(message, send, this.#logger)
  }

  async sendMany(
    messages: readonly OutgoingMessage[],
    lane: Lane,
    signal: AbortSignal,
  ): Promise<readonly SendResult[]> {
    const results = new Map<number, SendResult>()
    const items: BulkItem[] = []
    for (const [index, message] of messages.entries()) {
      const entry = message.kind === 'event' ? this.#entries.take(message, lane) : undefined
      const onResult = (result: SendResult) => void results.set(index, result)
      if (entry instanceof Fault) onResult(entry)
      else if (entry && message.kind === 'event') items.push({ ...entry, event: message, onResult })
      else onResult(await this.#sendProfile(message, lane, signal))
    }
    const post = async (text: string) => toReceipt(await this.#bulk(lane, signal, text))
    await sendBulk(items, { limits: this.#limits, lane, logger: this.#logger, post })
    return messages.map((_, index) => results.get(index) ?? missingResult())
  }

  sizeOf(message: OutgoingMessage, lane: Lane): number {
    const entry = message.kind === 'event' ? this.#entries.find(message, lane) : undefined
    return entry === undefined || entry instanceof Fault ? 0 : entry.bytes
  }

  fit(message: OutgoingMessage): FittedMessage {
    return messageBody(message, this.#limits)
  }

  previewBodies(messages: readonly OutgoingMessage[], lane: Lane): readonly Json[] {
    return this.#bodies(messages, { lane, together: lane === 'backfill' })
  }

  async previewRequests(messages: readonly OutgoingMessage[], mode: SendMode): Promise<readonly RequestPreview[]> {
    // Imported on first use: delivery shows no requests.
    const { previewRequests } = await import('./preview-requests.ts')
    const { spec, baseUrl } = this.#options
    const fitMessage = (message: OutgoingMessage) => this.fit(message)
    return previewRequests(messages, mode, { spec, baseUrl, fitMessage, bodies: (...them) => this.#bodies(...them) })
  }

  #bodies(messages: readonly OutgoingMessage[], { lane, together }: SendMode): readonly Json[] {
    const limits = this.#limits
    if (!together) return messages.map((message) => parse(messageBody(message, limits).text))
    const events = messages.filter((message) => message.kind === 'event')
    const entries = events.map((message) => bulkEntry(message, lane, limits))
    return splitIntoRequests(entries, limits).map((batch) => parse(bulkBody(batch.map(({ text }) => text))))
  }

  async #send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> {
    let changes: Receipt['changes'] = []
    const body = async (mayHaveArrived: boolean) => {
      const profile = (await message.currentProfile?.(mayHaveArrived)) ?? message.profile
      const encoded = messageBody({ ...message, profile }, this.#limits)
      changes = encoded.changes
      return encoded.text
    }
    const receipt = toReceipt(await this.#request(message, signal, body))
    return withChanges(receipt, changes)
  }

  #request(
    message: OutgoingMessage,
    signal: AbortSignal,
    body: (mayHaveArrived: boolean) => Promise<string>,
  ): Promise<ApiResponse> {
    if (message.kind === 'event') return this.#event('live', signal, body)
    const { profileId } = message
    if (profileId === undefined) return this.#profile('live', signal, body)
    return this.#profileUpdate('live', signal, body, { id: profileId })
  }

  /** Profiles do not fit a bulk request of events, and a backfill must not write today's attributes. */
  async #sendProfile(message: OutgoingMessage, lane: Lane, signal: AbortSignal): Promise<SendResult> {
    if (lane === 'backfill')
      return new Fault(
        'bug',
        'klaviyo/profile-lane',
        'a profile update reached lane backfill; not sent: please report it',
      )
    return this.send(message, signal).catch(toFault)
  }
}

function messageBody(message: OutgoingMessage, limits: Limits): EncodedMessage {
  if (message.kind === 'profile') return profileBody(message, limits)
  return eventBody(message, limits)
}

/** Events of a backfill in a window, when each bulk request is full. */
export function backfillRateLimit({ endpoints, utilization, limits }: DestinationSpec): Window | undefined {
  const events = limitOf(limits, 'events')
  const windows = (endpoints.bulk?.windows ?? []).map(({ limit, interval }) => ({
    limit: Math.floor(limit * utilization) * events,
    interval,
  }))
  return windows.sort((a, b) => a.limit / a.interval - b.limit / b.interval)[0]
}

/** Entries of messages that wait: a full batch of each lane, and those whose person's profile changed meanwhile. */
const MAX_ENTRIES = 4_000

/** Encodes each entry once: filling a batch measures it, sending takes it. Not a WeakMap, which every collection scans. */
class EntryCache {
  readonly #limits: Limits
  readonly #entries = {
    live: new BoundedMap<MetricEvent, BulkEntry | Fault>(MAX_ENTRIES),
    backfill: new BoundedMap<MetricEvent, BulkEntry | Fault>(MAX_ENTRIES),
  }

  constructor(limits: Limits) {
    this.#limits = limits
  }

  find(event: MetricEvent, lane: Lane): BulkEntry | Fault {
    const entry = this.#entries[lane].get(event) ?? encode(event, lane, this.#limits)
    this.#entries[lane].set(event, entry)
    return entry
  }

  take(event: MetricEvent, lane: Lane): BulkEntry | Fault {
    const entry = this.find(event, lane)
    this.#entries[lane].delete(event)
    return entry
  }
}

function encode(event: MetricEvent, lane: Lane, limits: Limits): BulkEntry | Fault {
  try {
    return bulkEntry(event, lane, limits)
  } catch (error) {
    return toFault(error)
  }
}

function missingResult(): Fault {
  return new Fault('bug', 'klaviyo/missing-result', 'an event of a bulk request has no result: please report it')
}

const parse = (text: string): Json => JSON.parse(text) as Json
