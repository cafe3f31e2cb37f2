/** History: reads streams into the store, page and checkpoint in one transaction, while a worker delivers them. */

import { Fault, toFault } from '../ports/fault.ts'
import { recordFromStream } from '../source/envelope.ts'
import { paginate, retryTransient } from '../source/paginate.ts'
import type { Spec, StreamSpec } from '../spec/spec.ts'
import { acquireBackfillLease } from './lease.ts'
import { preloadContacts } from './preload-contacts.ts'
import { readProgress } from './progress.ts'
import {
  type BackfillState,
  endAtLive,
  loadOrStartBackfill,
  type StreamState,
  toCheckpoint,
  windowBindings,
} from './state.ts'
import type { BackfillOptions, BackfillParts, Progress } from './types.ts'

/** Progress is told this often, milliseconds. */
const TICK = 250

/**
 * Runs an import, or goes on with one that was interrupted, and tells how it goes.
 *
 * Ends with phase `done`, or early when the signal aborts. Throws a `Fault` when the source refuses to be read
 * (what was read stays, and the next call goes on), and when another process runs one.
 */
export async function* runBackfill(parts: BackfillParts, options: BackfillOptions): AsyncGenerator<Progress> {
  const taken = new AbortController()
  const lease = await acquireBackfillLease(parts, () => taken.abort())
  try {
    yield* imported(parts, options, taken.signal)
  } finally {
    await lease.release()
  }
}

async function* imported(parts: BackfillParts, options: BackfillOptions, taken: AbortSignal): AsyncGenerator<Progress> {
  const { clock, store } = parts
  const began = clock.now()
  const { state, resumed } = await loadOrStartBackfill(parts, options)
  const working = new AbortController()
  const reading = new AbortController()
  const stop = () => reading.abort()
  options.signal.addEventListener('abort', stop, { once: true })
  if (options.signal.aborted) stop()

  let failure: unknown
  const fail = (error: unknown) => {
    failure ??= error
    stop()
  }
  taken.addEventListener('abort', () => fail(replaced()))
  const worker = parts.work(working.signal).catch(fail)
  const reader = read(state, parts, reading.signal).catch(fail)
  try {
    const ended = new AbortController()
    void reader.then(() => ended.abort())
    while (!ended.signal.aborted) {
      await clock.sleep(TICK, ended.signal)
      yield await readProgress(state, { store, resumed, elapsed: clock.now() - began })
    }
    if (options.signal.aborted) return
    if (failure !== undefined) throw failure
    await finish(state, parts)
    yield await readProgress(state, { store, resumed, elapsed: clock.now() - began })
  } finally {
    options.signal.removeEventListener('abort', stop)
    stop()
    working.abort()
    await reader
    await worker
  }
}

function replaced(): Fault {
  const message = 'this process stood still for so long that another took the import over; it goes on there'
  return new Fault('transient', 'backfill/lease-lost', message)
}

/** What was looked up for the import is other people's data, and stale tomorrow: it goes. */
async function finish(state: BackfillState, { store, spec }: BackfillParts): Promise<void> {
  state.phase = 'done'
  await store.append([], toCheckpoint(state))
  for (const { name, batch } of spec.lookups.values()) if (batch) await store.deleteCache(name)
}

/** Reads what is left of every stream, then waits until all of it is settled. */
async function read(state: BackfillState, parts: BackfillParts, signal: AbortSignal): Promise<void> {
  const workspace = await retryTransient(() => parts.client.workspace(signal), parts, signal)
  await parts.pin(signal).catch((error: unknown) => {
    // The worker waits for a destination that does not answer; one that is refused leaves nothing to read for.
    if (toFault(error).kind !== 'transient') throw error
  })
  await endAtLive(state, parts)
  if (state.phase === 'lookups') {
    await preloadContacts(state, parts, signal)
    if (signal.aborted) return
    state.phase = 'reading'
    await parts.store.append([], toCheckpoint(state))
  }
  for (const stream of state.streams) {
    if (!stream.done) await readStream(stream, workspace, state, parts, signal)
    if (signal.aborted) return
  }
  state.phase = 'delivering'
  await parts.store.append([], toCheckpoint(state))
  while (!signal.aborted && (await parts.store.backlog('backfill')).records > 0) {
    await parts.clock.sleep(TICK, signal)
    parts.flush()
  }
}

async function readStream(
  progress: StreamState,
  workspace: string,
  state: BackfillState,
  parts: BackfillParts,
  signal: AbortSignal,
): Promise<void> {
  const { spec, store, clock } = parts
  const stream = streamOf(spec, progress.stream)
  const resource = spec.resources.get(stream.resource)
  if (resource === undefined) throw new Fault('bug', 'bug/stream', `stream ${stream.name} has no resource`)
  const from = { stream: stream.name, resource, workspace }
  const start = {
    bindings: windowBindings(state.run),
    ...(progress.cursor !== undefined && { cursor: progress.cursor }),
  }

  for await (const page of paginate(parts, stream, start, signal)) {
    const records = []
    for (const item of page.items) records.push(await recordFromStream(item, from, state.run, clock.now()))
    progress.seen += records.length
    progress.total = page.total ?? progress.total
    progress.cursor = page.next
    progress.done = page.next === undefined
    // One transaction: after a crash the next run reads the page after the last one that is on disk.
    await store.append(records, toCheckpoint(state))
    await breathe(parts, signal)
  }
}

/** Reads no further while too much waits: memory and disk stay flat, whatever the size of the history. */
async function breathe({ spec, store, clock }: BackfillParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await store.backlog('backfill')).records > spec.delivery.maxBacklog)
    await clock.sleep(TICK, signal)
}

function streamOf(spec: Spec, name: string): StreamSpec {
  const stream = spec.streams.get(name)
  if (stream !== undefined) return stream
  throw new Fault(
    'config',
    'backfill/unknown-stream',
    `the interrupted import read a stream "${name}" that the spec no longer has; begin again with --restart`,
  )
}
