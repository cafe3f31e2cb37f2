/** Collects the occurrences of a record that may be events still to send, in order of time. */
import type { Bindings } from '../expression/expression.ts'
import { allMaybe, type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import { ALREADY_DELIVERED, ALREADY_WAITING } from '../ports/ledger.ts'
import type { BackfillRun, Json } from '../ports/types.ts'
import type { Mapping } from '../spec/spec.ts'
import { findWindowSkip } from './import-window.ts'
import { findOccurrences, identifyOccurrence, type Occurrence, type OccurrenceIdentity } from './occurrences.ts'
import type { DeliveryContext, EventIdentity, MapParts } from './types.ts'

/** An occurrence with its key, its time and its contacts. */
export interface Candidate extends Occurrence, OccurrenceIdentity {
  readonly mapping: Mapping
  /** Why it is skipped: an event with its key was delivered before, or waits in another record. */
  readonly ended?: string
  /** Why the import does not send it: its time. */
  readonly windowSkip?: string
  /** Whether a live record of the same resource may be about to send it, with its flow. */
  readonly behindLive?: boolean
  /** Whether it is an older part from before live delivery began, which must not start a flow. */
  readonly history?: boolean
}

export interface CandidateFault {
  readonly identity: EventIdentity
  readonly fault: Fault
}

/** All occurrences of a mapping. The fault of one does not affect the others. A promise only if one is interpreted. */
export function findCandidates(
  mapping: Mapping,
  { item, bindings }: { readonly item: Json; readonly bindings: Bindings },
  { lane, workspace }: DeliveryContext,
  { plan }: Pick<MapParts, 'plan'>,
): MaybePromise<readonly (Candidate | CandidateFault)[]> {
  const failed = (error: unknown): CandidateFault => ({
    identity: { metric: mapping.metric, lane },
    fault: toFault(error),
  })
  const identify = (one: Occurrence): MaybePromise<Candidate | CandidateFault> => {
    try {
      const identified = identifyOccurrence(plan.planOf(mapping), item, one.bindings, workspace)
      return identified instanceof Promise
        ? identified.then((identity) => toCandidate(mapping, one, identity), failed)
        : toCandidate(mapping, one, identified)
    } catch (error) {
      return failed(error)
    }
  }
  return mapMaybe(findOccurrences(mapping, item, bindings), (found) => allMaybe(found.map(identify)))
}

function toCandidate(mapping: Mapping, one: Occurrence, { key, ms, contacts }: OccurrenceIdentity): Candidate {
  const { item, bindings, position, newest } = one
  return { mapping, item, bindings, position, newest, key, ms, contacts }
}

/**
 * Live delivery is set up some time before its first notification arrives, which may be a retry, or the one after a lost
 * one. Older parts of this time before it count, too; those from before the first webhook of all in lane `backfill`, since
 * they are history's. Milliseconds.
 */
const LIVE_OVERLAP = 30 * 60_000

const NONE: ReadonlySet<string> = new Set()

type StoreQueries = 'filterDelivered' | 'filterWaiting' | 'liveSince' | 'firstWebhookAt' | 'isQueued'
type SelectParts = Pick<MapParts, 'spec' | StoreQueries>

/**
 * Marks what was delivered before, by one query of the store; of a record that waited, also what waits in another one.
 *
 * A notification is evidence of every part in it: one whose own notification was lost, or is still to come, counts now.
 * Of the older parts those delivered before and those that history delivers are left out without a result, since every
 * notification repeats them. So are, of a record that waited, those that do not wait with it: they ended, or wait with
 * another record.
 */
export async function selectCandidates(
  found: readonly Candidate[],
  context: DeliveryContext,
  parts: SelectParts,
): Promise<readonly Candidate[]> {
  const { run, awaited } = context
  const isOlder = (one: Candidate) => isRepeated(one, context)
  const due = awaited === undefined ? found : found.filter((one) => !isOlder(one) || awaited.has(one.key))
  const own = run
    ? await applyWindow(due, run, context, parts)
    : due.some(isOlder)
      ? await dropHistory(due, isOlder, parts)
      : due
  const keys = own.filter(({ windowSkip }) => windowSkip === undefined).map(({ key }) => key)
  // In this order: what another record delivers in between is found by the second query.
  const others = awaited === undefined ? [] : keys.filter((key) => !awaited.has(key))
  const waiting = others.length === 0 ? NONE : await parts.filterWaiting(others)
  const delivered = keys.length === 0 ? NONE : await parts.filterDelivered(keys)
  if (delivered.size + waiting.size > 0) {
    const isNews = (one: Candidate) => !isOlder(one) || !delivered.has(one.key)
    return own
      .filter(isNews)
      .map((one): Candidate => {
        if (delivered.has(one.key)) return { ...one, ended: ALREADY_DELIVERED }
        return waiting.has(one.key) ? { ...one, ended: ALREADY_WAITING } : one
      })
      .sort(byTime)
  }
  return own.length === 1 ? own : [...own].sort(byTime)
}

async function dropHistory(
  found: readonly Candidate[],
  isOlder: (one: Candidate) => boolean,
  { liveSince, firstWebhookAt }: SelectParts,
): Promise<readonly Candidate[]> {
  const kept: Candidate[] = []
  for (const one of found) {
    const read = isOlder(one) ? liveSince(one.mapping) : undefined
    const since = read instanceof Promise ? await read : read
    if (since === undefined || one.ms >= since) kept.push(one)
    else if (one.ms >= since - LIVE_OVERLAP) {
      const first = (await firstWebhookAt()) ?? since
      kept.push(one.ms < first ? { ...one, history: true } : one)
    }
  }
  return kept
}

/** Marks the occurrences outside the window of the import, and those that live delivery sends or may be about to send. */
async function applyWindow(
  found: readonly Candidate[],
  run: BackfillRun,
  { now, orderingKey = '' }: DeliveryContext,
  { spec, liveSince, isQueued }: SelectParts,
): Promise<readonly Candidate[]> {
  const { liveWindow } = spec.delivery
  const marked: Candidate[] = []
  let behindLive: boolean | undefined
  for (const one of found) {
    const result = findWindowSkip(one.ms, { run, now, liveWindow, liveSince: () => liveSince(one.mapping) })
    const windowSkip = result instanceof Promise ? await result : result
    if (windowSkip !== undefined) marked.push({ ...one, windowSkip })
    else if (now - one.ms >= liveWindow) marked.push(one)
    else {
      // Before the delivered keys are read: a live record that ends in between is then among them.
      behindLive ??= await isQueued('live', orderingKey)
      marked.push(behindLive ? { ...one, behindLive } : one)
    }
  }
  return marked
}

/** Whether an earlier record may have held the occurrence, so that nothing needs to be said of it again. */
export function isRepeated({ newest }: Pick<Candidate, 'newest'>, { repeats }: DeliveryContext): boolean {
  return repeats === 'everything' || (repeats === 'older-parts' && !newest)
}

/** Times are in whole seconds, within which the list has the order. */
function byTime(a: Candidate, b: Candidate): number {
  return a.ms - b.ms || a.position - b.position
}
