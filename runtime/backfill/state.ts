/** The state of an import: saved with every page, loaded by the next run. */

import { suggest } from '../expression/did-you-mean.ts'
import type { Bindings } from '../expression/expression.ts'
import { BACKFILL_CHECKPOINT, EARLIER_RUNS_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { liveEnd } from '../mapping/import-window.ts'
import { Fault } from '../ports/fault.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { BackfillRun, Json } from '../ports/types.ts'
import { readLiveSince } from '../source/live-since.ts'
import { isSelected } from '../source/open-record.ts'
import { isTolerable, type StreamPage } from '../source/page.ts'
import type { PaginateFrom } from '../source/paginate.ts'
import type { Spec } from '../spec/spec.ts'
import type { BackfillOptions, BackfillParts, BackfillProgress, UnavailableParts } from './types.ts'

export interface StreamState {
  readonly stream: string
  /** The source's cursor of the next page, to be sent back unchanged. */
  cursor?: Json | undefined
  recordsRead: number
  total?: number | undefined
  readonly estimated?: number | undefined
  done: boolean
  /** Records that the source counts, but gave on no page. */
  missing?: number | undefined
  /** Of `recordsRead`, those of the page at `cursor`: it ended the stream too early, and the next run reads it again. */
  reread?: number | undefined
  /** Parts of its records that the source counts and does not give, known once the import has ended. */
  unavailableParts?: UnavailableParts | undefined
}

/** Mutable; the checkpoint is a copy. */
export interface BackfillState {
  run: BackfillRun
  readonly startedBy?: string | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
  endedAt?: number | undefined
  /** `lookups`: preloading contacts. */
  phase: BackfillProgress['phase']
  /** The position of the contact preload. */
  preload?: StreamState | undefined
  readonly streams: StreamState[]
  /** By metric, where live delivery still brings events from before the end of the run. Milliseconds since 1970. */
  liveEnds?: Readonly<Record<string, number>> | undefined
}

export async function readBackfillState(store: Pick<Store, 'readCheckpoint'>): Promise<BackfillState | undefined> {
  return (await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
}

/** The preload's position, if there is one, and those of the streams. */
export const positionsOf = ({ preload, streams }: BackfillState): readonly StreamState[] =>
  preload === undefined ? streams : [preload, ...streams]

/** Runs before the newest that are remembered: their figures are small. */
const MAX_EARLIER_RUNS = 100

/** The runs before the newest, newest first. */
export async function readEarlierRuns(store: Pick<Store, 'readCheckpoint'>): Promise<readonly BackfillState[]> {
  return ((await store.readCheckpoint(EARLIER_RUNS_CHECKPOINT)) ?? []) as unknown as readonly BackfillState[]
}

/** Saves a new run, and keeps the one that it follows or replaces. */
async function saveNewRun(state: BackfillState, earlier: BackfillState | undefined, { store }: BackfillParts) {
  const ended = earlier && { ...earlier, endedAt: earlier.endedAt ?? state.startedAt }
  const runs = [...(ended ? [ended] : []), ...(await readEarlierRuns(store))].slice(0, MAX_EARLIER_RUNS)
  const value: Json = JSON.parse(JSON.stringify(runs))
  await store.writeCheckpoints([toCheckpoint(state), { name: EARLIER_RUNS_CHECKPOINT, value }])
}

/** The window in the source's Unix seconds. Its end is rounded up; mapping applies the exact end. */
export function windowBindings({ since, until }: Pick<BackfillRun, 'since' | 'until'>): Bindings {
  return { until: Math.ceil(until / 1000), ...(since !== undefined && { since: Math.floor(since / 1000) }) }
}

/** The checkpoint to save with the records just read. */
export function toCheckpoint(state: BackfillState): Checkpoint {
  return { name: BACKFILL_CHECKPOINT, value: JSON.parse(JSON.stringify(state)) }
}

/** The interrupted import, or a new one. */
export async function loadOrStartBackfill(
  parts: BackfillParts,
  options: BackfillOptions,
): Promise<{ state: BackfillState; resumed: boolean }> {
  const earlier = await readBackfillState(parts.store)
  if (earlier !== undefined && earlier.phase !== 'done' && options.restart !== true) {
    assertSameOptions(earlier.run, options)
    assertHaveHistory(parts.spec, earlier.run.only)
    return { state: reopen(earlier), resumed: true }
  }
  assertHaveHistory(parts.spec, options.only)
  const state = startBackfill(parts, options)
  await saveNewRun(state, earlier, parts)
  return { state, resumed: false }
}

/** An incomplete import reads again from the pages at which its streams ended too early. */
function reopen(state: BackfillState): BackfillState {
  state.endedAt = undefined
  if (state.phase === 'incomplete') state.phase = state.preload?.done === false ? 'lookups' : 'reading'
  return state
}

/** The position to read a stream from. */
export function startOf(position: StreamState, bindings: Bindings): PaginateFrom {
  position.recordsRead -= position.reread ?? 0
  position.reread = position.missing = undefined
  const { cursor, recordsRead, total } = position
  return { bindings, recordsRead, ...(total !== undefined && { total }), ...(cursor !== undefined && { cursor }) }
}

/** Advances a position past a page, unless too much is missing: then the next run reads that page again. */
export function advance(position: StreamState, { items, next, total, missing }: StreamPage<unknown>): void {
  position.recordsRead += items.length
  position.total = total ?? position.total
  position.missing = missing
  if (missing !== undefined && !isTolerable(missing, position.total ?? 0)) {
    position.reread = items.length
    return
  }
  position.cursor = next
  position.done = next === undefined
}

/** An unfinished import can only resume with the options it began with. */
function assertSameOptions({ since, until, only }: BackfillRun, options: BackfillOptions): void {
  const changed =
    (options.since !== undefined && options.since !== since) ||
    (options.until !== undefined && options.until !== until) ||
    (options.only !== undefined &&
      JSON.stringify([...options.only].sort()) !== JSON.stringify([...(only ?? [])].sort()))
  if (!changed) return
  const message =
    'an import with other dates or metrics is unfinished: run it without options to finish it, or use --restart'
  throw new Fault('config', 'backfill/options-changed', message)
}

/** Nothing is read for a metric that the spec does not know, or of which the source keeps no history: that is no import. */
function assertHaveHistory({ mappings }: Spec, only: readonly string[] = []): void {
  for (const name of only) {
    const mapping = mappings.find(({ metric }) => metric === name)
    if (mapping?.stream !== undefined) continue
    const known = mappings.filter(({ stream }) => stream !== undefined).map(({ metric }) => metric)
    const message =
      mapping === undefined
        ? `the import names the metric "${name}", which the spec does not have; ${suggest(name, known)}`
        : `the metric "${name}" has no history to import: it is live only`
    throw new Fault('config', 'backfill/unknown-metric', message)
  }
}

function startBackfill({ spec, clock, sourceTime, random }: BackfillParts, options: BackfillOptions): BackfillState {
  const run: BackfillRun = {
    id: `run-${clock.now().toString(36)}-${Math.floor(random() * 36 ** 4).toString(36)}`,
    until: options.until ?? sourceTime(),
    ...(options.until !== undefined && { untilChosen: true }),
    ...(options.since !== undefined && { since: options.since }),
    ...(options.only !== undefined && { only: options.only }),
  }
  const names = streamsFor(spec, options.only)
  const streams = names.map((stream) => ({
    ...{ stream, recordsRead: 0, done: false },
    estimated: options.estimated?.[stream],
  }))
  return { run, startedBy: options.startedBy, startedAt: clock.now(), phase: 'lookups', streams }
}

/** Notes for the report where the import leaves each metric to live delivery: at its start, or later where that began later. */
export async function noteLiveEnds(state: BackfillState, { spec, store }: BackfillParts): Promise<void> {
  const { run, startedAt: now } = state
  const { liveWindow } = spec.delivery
  const ends: Record<string, number> = {}
  for (const mapping of spec.mappings.filter((it) => isSelected(it, run.only))) {
    const end = liveEnd(run, { began: await readLiveSince(mapping, store), now, liveWindow })
    if (end < run.until) ends[mapping.metric] = end
  }
  state.liveEnds = Object.keys(ends).length === 0 ? undefined : ends
}

function streamsFor(spec: Spec, only: readonly string[] | undefined): string[] {
  const names = spec.mappings.filter((mapping) => isSelected(mapping, only)).map((mapping) => mapping.stream?.name)
  return [...spec.streams.keys()].filter((name) => names.includes(name))
}
