/** Imports history: reads streams into the store, page and checkpoint in one transaction, while a worker delivers. */

import { onAbort } from '../lib/abort.ts'
import { retryStore } from '../lib/retry-store.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Json, SourceRecord } from '../ports/types.ts'
import { buildStreamRecord, requireSomeId } from '../source/envelope.ts'
import { paginateAs, retryTransient } from '../source/paginate.ts'
import type { Spec, StreamSpec } from '../spec/spec.ts'
import { acquireBackfillLock } from './lock.ts'
import { preloadContacts } from './preload-contacts.ts'
import { readProgress } from './progress.ts'
import {
  advance,
  type BackfillState,
  loadOrStartBackfill,
  noteLiveEnds,
  positionsOf,
  type StreamState,
  startOf,
  toCheckpoint,
  windowBindings,
} from './state.ts'
import type { BackfillOptions, BackfillParts, BackfillProgress } from './types.ts'
import { noteUnavailableParts } from './unavailable-parts.ts'

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 250

/**
 * Runs an import, or resumes an interrupted one, and reports its progress.
 *
 * Ends with phase `done` or `incomplete`, or early when the signal aborts. Throws a `Fault` when the source refuses to be read (records
 * read so far stay, and the next call resumes), and when another process runs an import.
 */
export async function* runBackfill(parts: BackfillParts, options: BackfillOptions): AsyncGenerator<BackfillProgress> {
  const lockLost = new AbortController()
  const lock = await acquireBackfillLock(parts, () => lockLost.abort())
  try {
    yield* readAndDeliver(parts, options, lockLost.signal)
  } finally {
    await lock.release()
  }
}

async function* readAndDeliver(
  parts: BackfillParts,
  options: BackfillOptions,
  lockLost: AbortSignal,
): AsyncGenerator<BackfillProgress> {
  const { clock, store } = parts
  const startedAt = clock.now()
  const { state, resumed } = await loadOrStartBackfill(parts, options)
  const working = new AbortController()
  const reading = new AbortController()
  const stop = () => reading.abort()
  const stopListening = onAbort(options.signal, stop)
  if (options.signal.aborted) stop()

  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    stop()
  }
  lockLost.addEventListener('abort', () => fail(lockLostFault()))
  const worker = parts.work(working.signal).catch(fail)
  const reader = new HistoryReader(state, parts, reading.signal).read().catch(fail)
  const progress = () => readProgress(state, { store, resumed, elapsed: clock.now() - startedAt })
  try {
    const finished = new AbortController()
    void reader.then(() => finished.abort())
    while (!finished.signal.aborted) {
      await clock.sleep(REPORT_EVERY, finished.signal)
      yield await progress()
    }
    if (options.signal.aborted) return
    if (failure !== undefined) throw failure
    await finish(state, parts, options.signal)
    yield await progress()
  } finally {
    stopListening()
    stop()
    working.abort()
    await reader
    await worker
  }
}

function lockLostFault(): Fault {
  const message = 'this process was suspended for so long that another one took over the import, which continues there'
  return new Fault('transient', 'backfill/lock-lost', message)
}

/** Deletes the cached lookups of a complete import: personal data, and stale tomorrow. */
async function finish(state: BackfillState, parts: BackfillParts, signal: AbortSignal): Promise<void> {
  const { store, spec, clock, logger } = parts
  const all = positionsOf(state)
  for (const { stream, recordsRead: read, total, missing } of all)
    if (missing !== undefined)
      logger.warn('the source counts more records than it gave', { stream, read, total, missing })
  const isComplete = all.every(({ done }) => done)
  state.phase = isComplete ? 'done' : 'incomplete'
  state.endedAt = clock.now()
  await noteLiveEnds(state, parts)
  await noteUnavailableParts(state, parts)
  await retryStore(() => store.append([], toCheckpoint(state)), { clock, logger, signal })
  if (!isComplete) return
  for (const { name, batch } of spec.lookups.values()) if (batch) await store.deleteCache(name)
}

/** Reads the rest of every stream, then waits until all of its records are settled. */
class HistoryReader {
  readonly #state: BackfillState
  readonly #parts: BackfillParts
  readonly #signal: AbortSignal

  constructor(state: BackfillState, parts: BackfillParts, signal: AbortSignal) {
    this.#state = state
    this.#parts = parts
    this.#signal = signal
  }

  async read(): Promise<void> {
    const { client, store, clock, flush, pin } = this.#parts
    const signal = this.#signal
    const workspace = await retryTransient(() => client.workspace(signal), this.#parts, signal)
    // The worker waits for a destination that does not answer. One that rejects us makes reading pointless.
    const pinUnlessSilent = async () => {
      await pin(signal).catch((error: unknown) => {
        if (toFault(error).kind !== 'transient') throw error
      })
    }
    await retryTransient(pinUnlessSilent, this.#parts, signal)
    await noteLiveEnds(this.#state, this.#parts)
    if (this.#state.phase === 'lookups') {
      await preloadContacts(this.#state, this.#parts, signal)
      if (signal.aborted) return
      await this.#enter('reading')
    }
    for (const stream of this.#state.streams) {
      if (!stream.done) await this.#readStream(stream, workspace)
      if (signal.aborted) return
    }
    await this.#enter('delivering')
    while (!signal.aborted && (await store.backlog('backfill')).records > 0) {
      await clock.sleep(REPORT_EVERY, signal)
      flush()
    }
  }

  async #enter(phase: BackfillState['phase']): Promise<void> {
    this.#state.phase = phase
    await this.#append([])
  }

  /** A full disk holds the import up, and does not end it. */
  async #append(records: readonly SourceRecord[]): Promise<void> {
    const { store, clock, logger } = this.#parts
    const append = () => store.append(records, toCheckpoint(this.#state))
    await retryStore(append, { clock, logger, signal: this.#signal })
  }

  async #readStream(position: StreamState, workspace: string): Promise<void> {
    const { spec, clock } = this.#parts
    const { run } = this.#state
    const stream = streamOf(spec, position.stream)
    const resource = spec.resources.get(stream.resource)
    if (resource === undefined) throw new Fault('bug', 'bug/stream', `stream ${stream.name} has no resource`)
    const from = { stream: stream.name, resource, workspace }
    const convert = async (items: readonly Json[], first: number) => {
      const build = (item: Json, index: number) =>
        buildStreamRecord(item, { ...from, position: first + index }, run, clock.now())
      const records = await Promise.all(items.map(build))
      if (first === 0) requireSomeId(records, stream)
      return records
    }
    const start = { ...startOf(position, windowBindings(run)), convert }
    for await (const page of paginateAs(this.#parts, stream, start, this.#signal)) {
      advance(position, page)
      // One transaction: after a crash the next run reads the page after the last one on disk.
      await this.#append(page.items)
      await this.#waitForRoom()
    }
  }

  /** Pauses reading above `maxBacklog`: memory and disk stay flat, whatever the size of the history. */
  async #waitForRoom(): Promise<void> {
    const { spec, store, clock } = this.#parts
    while (!this.#signal.aborted && (await store.backlog('backfill')).records > spec.delivery.maxBacklog)
      await clock.sleep(REPORT_EVERY, this.#signal)
  }
}

function streamOf(spec: Spec, name: string): StreamSpec {
  const stream = spec.streams.get(name)
  if (stream !== undefined) return stream
  const message = `the unfinished import reads stream "${name}", which the spec no longer has; restart it with --restart`
  throw new Fault('config', 'backfill/unknown-stream', message)
}
