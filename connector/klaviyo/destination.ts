/** The destination: events and profiles to Klaviyo, each with its own answer. */

import type { Destination, SendResult } from '../../runtime/ports/destination.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Json, Lane, MetricEvent, OutgoingMessage, Receipt } from '../../runtime/ports/types.ts'
import type { DestinationSpec, Window } from '../../runtime/spec/spec.ts'
import { type BulkItem, sendBulk } from './bulk.ts'
import { type KlaviyoOptions, receipt, specEndpoint } from './client.ts'
import { onlyPhone } from './errors.ts'
import { type Limits, limitOf } from './limits.ts'
import { BULK_WRAPPER, bulkBody, bulkEntry, type Entry, eventBody, profileBody, split } from './request-bodies.ts'

/**
 * Knows three endpoints, and none that subscribes, unsubscribes or suppresses anybody.
 *
 * Live events go one by one to `event`, or many at a time to `bulk`; history goes to `bulk` alone, flagged so
 * that it starts no flow. `unique_id` is always the event's key, so sending again changes nothing.
 */
export function klaviyo(options: KlaviyoOptions): Destination {
  const { limits } = options.spec
  const event = specEndpoint(options, 'event', 'events:write')
  const bulk = specEndpoint(options, 'bulk', 'events:write')
  const profile = specEndpoint(options, 'profile', 'profiles:write')
  const entryOf = entryCache(limits)

  async function post(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> {
    const to = message.kind === 'event' ? event : profile
    return receipt(await to('live', signal, body(message, limits)))
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt> {
    try {
      return await post(message, signal)
    } catch (error) {
      const fault = toFault(error)
      const trimmed = phoneIsToBlame(fault) ? withoutPhone(message) : undefined
      if (trimmed === undefined) throw fault
      options.logger.warn('Klaviyo rejected a phone number; resent without it', { code: fault.code })
      return { ...(await post(trimmed, signal)), omittedFields: ['phone_number'] }
    }
  }

  async function sendMany(messages: readonly OutgoingMessage[], lane: Lane, signal: AbortSignal) {
    const results = new Map<number, SendResult>()
    const items: BulkItem[] = []
    for (const [index, message] of messages.entries()) {
      const entry = message.kind === 'event' ? entryOf(message, lane) : undefined
      const settle = (result: SendResult) => void results.set(index, result)
      if (entry instanceof Fault) settle(entry)
      else if (entry && message.kind === 'event') items.push({ ...entry, event: message, settle })
      else settle(await one(message, lane, signal))
    }
    const send = async (text: string) => receipt(await bulk(lane, signal, text))
    await sendBulk(items, { limits, lane, logger: options.logger, post: send })
    return messages.map((_, index) => results.get(index) ?? missingResult())
  }

  /** A profile has no place in a bulk request of events, and its attributes as they are now none in history. */
  async function one(message: OutgoingMessage, lane: Lane, signal: AbortSignal): Promise<SendResult> {
    if (lane === 'backfill') return new Fault('bug', 'klaviyo/profile-lane', 'a profile update came by lane backfill')
    return send(message, signal).catch(toFault)
  }

  return {
    send,
    sendMany,
    batch: { events: limitOf(limits, 'events'), bytes: limitOf(limits, 'request') - BULK_WRAPPER },
    sizeOf(message, lane) {
      const entry = message.kind === 'event' ? entryOf(message, lane) : undefined
      return entry === undefined || entry instanceof Fault ? 0 : entry.bytes
    },
    previewBodies(messages, lane) {
      if (lane === 'live') return messages.map((message) => parse(body(message, limits)))
      const events = messages.filter((message) => message.kind === 'event')
      const entries = events.map((message) => bulkEntry(message, lane, limits))
      return split(entries, limits).map((batch) => parse(bulkBody(batch.map(({ text }) => text))))
    },
  }
}

const body = (message: OutgoingMessage, limits: Limits): string =>
  message.kind === 'event' ? eventBody(message, limits) : profileBody(message.profile, limits)

/** History goes in bulk: so many events, in so many requests a minute, when each is full. */
export function backfillRateLimit({ endpoints, utilization, limits }: DestinationSpec): Window | undefined {
  const events = limitOf(limits, 'events')
  const windows = (endpoints.bulk?.windows ?? []).map(({ limit, interval }) => ({
    limit: Math.floor(limit * utilization) * events,
    interval,
  }))
  return windows.sort((a, b) => a.limit / a.interval - b.limit / b.interval)[0]
}

/** Entries are encoded once, though asked for when a batch is filled and again when it is sent. */
function entryCache(limits: Limits): (event: MetricEvent, lane: Lane) => Entry | Fault {
  const known = { live: new WeakMap<MetricEvent, Entry | Fault>(), backfill: new WeakMap<MetricEvent, Entry | Fault>() }
  return (event, lane) => {
    const entry = known[lane].get(event) ?? encode(event, lane, limits)
    known[lane].set(event, entry)
    return entry
  }
}

function encode(event: MetricEvent, lane: Lane, limits: Limits): Entry | Fault {
  try {
    return bulkEntry(event, lane, limits)
  } catch (error) {
    return toFault(error)
  }
}

/** A number Klaviyo does not take, or one that belongs to somebody else's profile. */
function phoneIsToBlame({ code, details }: Fault): boolean {
  return code === 'klaviyo/duplicate-profile' || (details.status === 400 && onlyPhone(details.pointers))
}

/** The same message by e-mail alone, if it has both. */
function withoutPhone(message: OutgoingMessage): OutgoingMessage | undefined {
  const { phone_number, ...profile } = message.profile
  return phone_number !== undefined && profile.email ? { ...message, profile } : undefined
}

function missingResult(): Fault {
  return new Fault('bug', 'klaviyo/missing-result', 'an event of a bulk request got no answer; please report it')
}

const parse = (text: string): Json => JSON.parse(text) as Json
