/** One reconciling pass: reads what has changed at the source and queues it like any other record. */
import { parseTime } from '../lib/iso-time.ts'
import { Fault } from '../ports/fault.ts'
import type { SourceRecord } from '../ports/types.ts'
import { buildChangedRecord } from '../source/envelope.ts'
import type { StreamPage } from '../source/page.ts'
import { paginate, retryTransient } from '../source/paginate.ts'
import type { PollSpec, ResourceSpec, StreamSpec } from '../spec/spec.ts'
import { fetchFullIfNew } from './fetch-full.ts'
import { startLiveDelivery } from './live-since.ts'
import { type ReconcileState, readReconcileState, toCheckpoint } from './state.ts'
import type { ReconcileOptions, ReconcileParts, ReconcilePass, StreamPass } from './types.ts'

/** Milliseconds between two looks at a full backlog. */
const BACKLOG_POLL = 1_000

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
  const { spec, store, client, clock } = parts
  const { reconcile } = spec
  if (reconcile === undefined) throw notConfigured()
  const { signal } = options
  const startedAt = clock.now()
  const workspace = await retryTransient(() => client.workspace(signal), parts, signal)
  await parts.pin(signal)
  await waitForWebhooks(parts, reconcile.lag, signal)
  const liveSince = await startLiveDelivery(store, spec, startedAt)
  const state = await readReconcileState(store)
  const until = options.until ?? startedAt - reconcile.lag
  const passes: StreamPass[] = []
  let earliest = until
  for (const stream of spec.streams.values()) {
    const { poll } = stream
    const resource = spec.resources.get(stream.resource)
    if (poll === undefined || resource === undefined || signal.aborted) continue
    const since = options.since ?? (state.readUntil[stream.name] ?? liveSince) - reconcile.overlap
    earliest = Math.min(earliest, since)
    // A window of one's own says nothing about the changes before it.
    const position = options.since === undefined ? state : undefined
    const reader = new ChangeReader({ parts, stream, poll, resource, workspace, position })
    passes.push(await reader.read({ since, until }, signal))
  }
  const pass = { startedAt, endedAt: clock.now(), since: earliest, until, streams: passes }
  if (!signal.aborted) await store.append([], toCheckpoint({ ...state, last: pass }))
  return pass
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
  /** Absent: the pass leaves the position as it is. */
  readonly position: ReconcileState | undefined
}

/** A page's records within the window, and the time of the last record on it. */
interface Changes {
  readonly records: readonly SourceRecord[]
  readonly lastChangedAt: number | undefined
}

/** Reads the changes of one stream. */
class ChangeReader {
  readonly #parts: ReaderParts
  #read = 0
  #added = 0
  #missing: number | undefined

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  async read(window: Window, signal: AbortSignal): Promise<StreamPass> {
    const { parts, stream, poll } = this.#parts
    const { logger } = parts
    const polled = { ...stream, request: poll.request }
    const start = { bindings: toSeconds(window), recordsRead: 0 }
    for await (const page of paginate(parts, polled, start, signal)) {
      const changes = await this.#changesOf(page, window)
      const { since, until } = window
      const reachedOlder = poll.order === 'newest-first' && (changes.lastChangedAt ?? since) < since
      this.#missing = reachedOlder ? undefined : page.missing
      const isLast = reachedOlder || (page.next === undefined && this.#missing === undefined)
      const readUntil = isLast ? until : poll.order === 'oldest-first' ? changes.lastChangedAt : undefined
      await this.#append(changes.records, readUntil)
      if (isLast) break
      await this.#pause(signal)
    }
    const { name } = stream
    const missing = this.#missing
    if (missing !== undefined)
      logger.warn('the source counts more changes than it gave; the next pass reads them again', {
        stream: name,
        missing,
      })
    return { stream: name, read: this.#read, added: this.#added, ...(missing !== undefined && { missing }) }
  }

  async #changesOf({ items }: StreamPage, { since, until }: Window): Promise<Changes> {
    const { parts, stream, poll, resource, workspace } = this.#parts
    const records: SourceRecord[] = []
    let lastChangedAt: number | undefined
    for (const item of items) {
      const updatedAt = parseTime((await poll.updatedAt.evaluate(item)) ?? null)
      if (updatedAt === undefined) throw noTime(stream.name)
      lastChangedAt = updatedAt
      if (updatedAt < since || updatedAt >= until + 1_000) continue
      const from = { stream: stream.name, resource, workspace }
      const full = await fetchFullIfNew(item, { stream, resource, since }, parts)
      records.push(await buildChangedRecord(full, from, updatedAt, parts.clock.now()))
    }
    return { records, lastChangedAt }
  }

  async #append(records: readonly SourceRecord[], readUntil: number | undefined): Promise<void> {
    const { parts, stream, position } = this.#parts
    if (position !== undefined && readUntil !== undefined)
      position.readUntil[stream.name] = Math.max(readUntil, position.readUntil[stream.name] ?? 0)
    const { added } = await parts.store.append(records, position && toCheckpoint(position))
    this.#read += records.length
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
  const message = `a record of stream ${stream} has no time of its last change: check \`poll.updatedAt\` in connector.yaml`
  return new Fault('config', 'reconcile/no-time', message)
}
