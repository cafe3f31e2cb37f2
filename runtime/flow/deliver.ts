/** Takes one record to its end: open, find occurrences, hydrate, map, send. */
import { type Fault, toFault } from '../fault.ts'
import type { Clock, Logger, Random } from '../ports.ts'
import type { Mapping } from '../spec/spec.ts'
import type { EventResult, Lane, Message, Outcome, SourceRecord } from '../types.ts'
import { detailed } from './detail.ts'
import type { Lookups } from './lookups.ts'
import { type How, type MapParts, type Mapped, mapEvent, type Named } from './map.ts'
import { occurrences } from './occurrences.ts'
import { type OpenRecord, openRecord, takersOf } from './open-record.ts'
import { mapProfile, PROFILE } from './profile.ts'
import { canWait, retryAt } from './retry.ts'
import type { Send } from './send.ts'

export interface DeliverParts extends MapParts {
  readonly lookups: Lookups
  readonly send: Send
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** An opened record and the record it was. */
export interface Received extends OpenRecord {
  readonly record: SourceRecord
}

/** How one occurrence ended, and the fault in full where there was one. */
interface Ended {
  readonly result: EventResult
  readonly fault?: Fault
}

/**
 * However it ends, the end is a value. Nothing about the record, the mapping or
 * the destination makes this throw, so one bad record cannot stop the others.
 */
export async function deliver(record: SourceRecord, attempt: number, parts: DeliverParts): Promise<Outcome> {
  try {
    const { spec, lookups } = parts
    const takers = takersOf(record, spec)
    const resource = spec.resources.get(record.resource ?? '')
    if (resource === undefined || (takers.mappings.length === 0 && !takers.profile)) {
      return { status: 'skipped', reason: record.topic ? 'unknown-topic' : 'not-asked-for', events: [] }
    }
    const open = await openRecord(record, resource, spec)
    const stale = record.topic === undefined ? undefined : resource.refreshes
    if (stale !== undefined) await Promise.all(record.refs.map((ref) => lookups.forget(stale, ref)))

    const how: How = {
      lane: laneOf(record, parts),
      workspace: record.workspace,
      ...(record.run && { run: record.run }),
    }
    // Sending again after a crash is safe: each event carries the same key by whichever road its record came.
    const ended = await Promise.all([
      ...takers.mappings.map((mapping) => deliverMapping(mapping, { ...open, record }, how, parts)),
      ...(takers.profile ? [deliverProfile(open, parts)] : []),
    ])
    return outcomeOf(ended.flat(), record, attempt, parts)
  } catch (error) {
    return failed(toFault(error), [], record, attempt, parts)
  }
}

/** What comes late is recorded, but starts nothing: a flow three days after the event helps nobody. */
function laneOf(record: SourceRecord, { spec, clock }: DeliverParts): Lane {
  return clock.now() - record.receivedAt > spec.delivery.late ? 'backfill' : record.lane
}

async function deliverMapping(mapping: Mapping, open: Received, how: How, parts: DeliverParts): Promise<Ended[]> {
  const named: Named = { metric: mapping.metric, lane: how.lane }
  try {
    const webhook = open.record.topic !== undefined
    const item = await detailed(mapping, open, how.lane, parts)
    if (item === undefined) return [{ result: { ...named, status: 'skipped', reason: 'resource-not-found' } }]
    const found = await occurrences(mapping, item, open.bindings, webhook)
    return await Promise.all(found.map((one) => end(named, () => mapEvent(mapping, one, how, parts), parts)))
  } catch (error) {
    return [endedBy(toFault(error), named)]
  }
}

async function deliverProfile(open: OpenRecord, parts: DeliverParts): Promise<Ended[]> {
  return [await end({ metric: PROFILE, lane: 'live' }, () => mapProfile(open.item, open.bindings, parts), parts)]
}

/** Maps and sends one occurrence. */
async function end(unmapped: Named, map: () => Promise<Mapped<Message>>, { send }: DeliverParts): Promise<Ended> {
  let named = unmapped
  try {
    const mapped = await map()
    named = mapped.named
    if ('skipped' in mapped) return { result: { ...named, status: 'skipped', reason: mapped.skipped } }
    const receipt = await send(mapped.message, named.lane)
    return { result: { ...named, status: 'delivered', receipt } }
  } catch (error) {
    return endedBy(toFault(error), named)
  }
}

function endedBy(fault: Fault, named: Named): Ended {
  const status = canWait(fault) ? 'deferred' : 'dead'
  return { fault, result: { ...named, status, reason: fault.code, fault: fault.info() } }
}

/** The worst of its events is the record's: what waits is tried again before anything is given up. */
function outcomeOf(ended: readonly Ended[], record: SourceRecord, attempt: number, parts: DeliverParts): Outcome {
  const events = ended.map(({ result }) => result)
  const worst =
    ended.find(({ result }) => result.status === 'deferred') ?? ended.find(({ result }) => result.status === 'dead')
  if (worst?.fault) return failed(worst.fault, events, record, attempt, parts)
  if (events.some(({ status }) => status === 'delivered')) return { status: 'delivered', events }
  return { status: 'skipped', reason: events[0]?.reason ?? 'no-occurrence', events }
}

function failed(
  fault: Fault,
  events: readonly EventResult[],
  record: SourceRecord,
  attempt: number,
  { spec, clock, random, logger }: DeliverParts,
): Outcome {
  const tried = { attempt, since: record.receivedAt, giveUp: spec.delivery.giveUp, now: clock.now() }
  const until = retryAt(fault, tried, random)
  const fields = { record: record.id, code: fault.code, attempt, place: fault.details.place }
  if (until === undefined) {
    logger.error(`dead letter: ${fault.message}`, fields)
    return {
      status: 'dead',
      fault: fault.info(),
      events: events.map((event) => (event.status === 'deferred' ? { ...event, status: 'dead' } : event)),
    }
  }
  logger.warn(`waits for another attempt: ${fault.message}`, { ...fields, until: new Date(until).toISOString() })
  // Only what was delivered is settled now; the rest is decided by the next attempt.
  return {
    status: 'deferred',
    fault: fault.info(),
    until,
    events: events.filter((event) => event.status === 'delivered'),
  }
}
