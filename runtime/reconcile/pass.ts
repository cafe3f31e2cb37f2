/** One reconciling pass: reads what has changed at the source and queues it like any other record. */
import { parseTime } from '../lib/iso-time.ts'
import { asId } from '../lib/json.ts'
import { Fault } from '../ports/fault.ts'
import type { Json, SourceRecord } from '../ports/types.ts'
import { buildChangedRecord } from '../source/envelope.ts'
import type { StreamPage } from '../source/page.ts'
import { paginate, retryTransient } from '../source/paginate.ts'
import { countUnavailableParts } from '../source/unavailable-parts.ts'
import type { PollSpec, ResourceSpec, StreamSpec } from '../spec/spec.ts'
import { fetchFullIfNew } from './fetch-full.ts'
import { startLiveDelivery } from './live-since.ts'
import { type ReconcileState, readReconcileState, toCheckpoint } from './state.ts'
import type { ReconcileOptions, ReconcileParts, ReconcilePass, StreamPass } from './types.ts'

/** Milliseconds between two looks at a full backlog. */
const BACKLOG_POLL = 1_000

/** Records that a pass names of those with unavailable parts. */
const MAX_IDS = 20

interface Window {
  /** Milliseconds since 1970. */
  readonly since: number
  readonly until: number
}

/**
 * Reads all streams that can be polled, page and position in one transaction. Each version of a record is queued once.
 * Returns early when the signal aborts: the next pass continues there. Throws a `Fault` when the source refuses.
 */
export async function runReconcilePass(parts: ReconcileParts, options: ReconcileOptions): Promise<ReconcilePass> {
  const { spec, store, client, sourceTime } = parts
  const { reconcile } = spec
  if (reconcile === undefined) throw notConfigured()
  const { signal } = options
  const workspace = await retryTransient(() => client.workspace(signal), parts, signal)
  // Only now: the source's answer has told its time.
  const startedAt = sourceTime()
  await parts.pin(signal)
  await waitForWebhooks(parts, reconcile.lag, signal)
  const liveSince = await startLiveDelivery(store, spec, startedAt)
  const state = await readReconcileState(store)
  const isOwnWindow = options.since !== undefined || options.until !== undefined
  const until = options.until ?? startedAt - reconcile.lag
  const passes: StreamPass[] = []
  let earliest = until
  for (const stream of spec.streams.values()) {
    const { poll } = stream
    const resource = spec.resources.get(stream.resource)
    if (poll === undefined || resource === undefined || signal.aborted) continue
    const since = options.since ?? startOf(state.readUntil[stream.name], { liveSince, until }) - reconcile.overlap
    earliest = Math.min(earliest, since)
    const position = isOwnWindow ? { rereadAt: startedAt } : { state }
    const reader = new ChangeReader({ parts, stream, poll, resource, workspace, ...position })
    passes.push(await reader.read({ since, until }, signal))
  }
  const pass = { startedAt, endedAt: sourceTime(), since: earliest, until, streams: passes }
  if (!signal.aborted && !isOwnWindow) await store.append([], toCheckpoint({ ...state, last: pass }))
  return pass
}

/** Read again when the saved position is one of a clock that was ahead. Milliseconds. */
const DOUBTFUL = 7 * 86_400_000

/** Where a stream was read to. A position in the future says nothing: it was saved while the clock was ahead. */
function startOf(readUntil: number | undefined, { liveSince, until }: { liveSince: number; until: number }): number {
  if (readUntil === undefined) return Math.min(liveSince, until)
  return readUntil <= until ? readUntil : Math.max(Math.min(liveSince, until), until - DOUBTFUL)
}

/** Milliseconds that a pass waits for a backlog of webhooks: what they still bring is no find. */
const MAX_WEBHOOK_WAIT = 60_000

/** Waits while webhooks older than the lag are not delivered yet; not for ever, since one of them may be retried for days. */
async function waitForWebhooks({ store, clock }: ReconcileParts, lag: number, signal: AbortSignal): Promise<void> {
  for (const end = clock.now() + MAX_WEBHOOK_WAIT; clock.now() < end && !signal.aborted; ) {
    const { oldest = Number.POSITIVE_INFINITY } = await store.backlog('live')
    if (oldest > clock.now() - lag) return
    await clock.sleep(BACKLOG_POLL, signal)
  }
}

interface ReaderParts {
  readonly parts: ReconcileParts
  readonly stream: StreamSpec
  readonly poll: PollSpec
  readonly resource: ResourceSpec
  readonly workspace: string
  /** Absent for a window of its own, which says nothing about the changes before it: the pass leaves the position as it is. */
  readonly state?: ReconcileState
  /** For a window of its own: the start of the pass. */
  readonly rereadAt?: number
}

/** A page's records within the window, and when each record on it was changed. */
interface Changes {
  readonly records: readonly SourceRecord[]
  readonly times: readonly number[]
}

/** Reads the changes of one stream. */
class ChangeReader {
  readonly #parts: ReaderParts
  #read = 0
  #added = 0
  #missing: number | undefined
  #withoutId = 0
  #unavailable: StreamPass['unavailableParts']
  /** The change that was read last. */
  #lastChangedAt: number | undefined
  /** Whether the source keeps to `poll.order`. If not, no page says anything about the changes on those after it. */
  #isOrdered = true

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  async read(window: Window, signal: AbortSignal): Promise<StreamPass> {
    const { parts, stream, poll } = this.#parts
    const { logger } = parts
    const polled = { ...stream, request: poll.request }
    const start = { bindings: toSeconds(window), recordsRead: 0, onDemand: true }
    for await (const page of paginate(parts, polled, start, signal)) {
      const { records, times } = await this.#changesOf(page, window)
      this.#follow(times)
      const { since, until } = window
      const ordered = this.#isOrdered ? poll.order : undefined
      const reachedOlder = ordered === 'newest-first' && (this.#lastChangedAt ?? since) < since
      this.#missing = reachedOlder ? undefined : page.missing
      const isLast = reachedOlder || (page.next === undefined && this.#missing === undefined)
      await this.#append(records, isLast ? until : ordered === 'oldest-first' ? this.#lastChangedAt : undefined)
      if (isLast) break
      await this.#pause(signal)
    }
    const { name } = stream
    const missing = this.#missing
    const unavailableParts = this.#unavailable
    if (missing !== undefined)
      logger.warn('the source counts more changes than it gave; the next pass reads them again', {
        stream: name,
        missing,
      })
    if (unavailableParts !== undefined) {
      const fields = { ...unavailableParts, ids: unavailableParts.ids.join(', ') }
      logger.warn('the source counts more parts of changed records than it gave', { stream: name, ...fields })
    }
    return {
      stream: name,
      read: this.#read,
      added: this.#added,
      ...(missing !== undefined && { missing }),
      ...(this.#withoutId > 0 && { withoutId: this.#withoutId }),
      ...(unavailableParts && { unavailableParts }),
    }
  }

  /** Of a record, only parts within the window can be missed. */
  async #noteUnavailableParts(item: Json, since: number): Promise<void> {
    const { resource } = this.#parts
    const count = await countUnavailableParts(item, resource, since)
    if (count === 0) return
    const { parts, records, ids } = this.#unavailable ?? { parts: 0, records: 0, ids: [] }
    const id = ids.length < MAX_IDS ? asId(await resource.id.evaluate(item)) : undefined
    this.#unavailable = { parts: parts + count, records: records + 1, ids: id === undefined ? ids : [...ids, id] }
  }

  async #changesOf({ items }: StreamPage, { since, until }: Window): Promise<Changes> {
    const { parts, stream, poll, resource, workspace, rereadAt } = this.#parts
    const records: SourceRecord[] = []
    const times: number[] = []
    for (const item of items) {
      const updatedAt = parseTime((await poll.updatedAt.evaluate(item)) ?? null)
      if (updatedAt !== undefined) times.push(updatedAt)
      if (updatedAt !== undefined && (updatedAt < since || updatedAt >= until + 1_000)) continue
      const from = { stream: stream.name, resource, workspace }
      const full = await fetchFullIfNew(item, { stream, resource, since }, parts)
      await this.#noteUnavailableParts(full, since)
      records.push(await buildChangedRecord(full, from, { updatedAt, rereadAt }, parts.clock.now()))
    }
    if (items.length > 1 && times.length === 0) throw noTime(stream.name)
    return { records, times }
  }

  /** Takes note of a page's changes, and of whether they are in order. */
  #follow(times: readonly number[]): void {
    const { parts, stream, poll } = this.#parts
    const wasOrdered = this.#isOrdered
    for (const time of times) {
      const last = this.#lastChangedAt ?? time
      if (poll.order === 'oldest-first' ? time < last : time > last) this.#isOrdered = false
      this.#lastChangedAt = time
    }
    if (wasOrdered && !this.#isOrdered)
      parts.logger.warn('the source ignores the order of changes; reading all of them', {
        stream: stream.name,
        order: poll.order,
      })
  }

  async #append(records: readonly SourceRecord[], readUntil: number | undefined): Promise<void> {
    const { parts, stream, state } = this.#parts
    const before = state?.readUntil[stream.name] ?? 0
    if (state !== undefined && readUntil !== undefined)
      state.readUntil[stream.name] = before > parts.sourceTime() ? readUntil : Math.max(readUntil, before)
    const { added } = await parts.store.append(records, state && toCheckpoint(state))
    this.#read += records.length
    this.#withoutId += records.filter(({ lookupIds }) => lookupIds.length === 0).length
    this.#added += added
  }

  /** Leaves the rest of the rate limit to live delivery, and the queue short. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { spec, store, clock } = this.#parts.parts
    const { windows } = spec.source.rateLimit
    const share = spec.reconcile?.share ?? 1
    const interval = Math.max(...windows.map((window) => window.interval / (window.limit * share)))
    await clock.sleep(interval, signal)
    while (!signal.aborted && (await store.backlog('backfill')).records > spec.delivery.maxBacklog)
      await clock.sleep(BACKLOG_POLL, signal)
  }
}

/** The window in the source's Unix seconds, rounded outwards: the pass drops what lies outside. */
function toSeconds({ since, until }: Window) {
  return { since: Math.floor(since / 1000) - 1, until: Math.ceil(until / 1000) + 1 }
}

function notConfigured(): Fault {
  const message = 'connector.yaml has no `reconcile` section, so what has changed at the source cannot be read'
  return new Fault('config', 'reconcile/not-configured', message)
}

function noTime(stream: string): Fault {
  const message = `no record on a page of stream ${stream} has a time of its last change: check \`poll.updatedAt\` in connector.yaml`
  return new Fault('config', 'reconcile/no-time', message)
}
