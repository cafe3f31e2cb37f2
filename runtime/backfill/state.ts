/** How far an import has come: saved with every page, loaded by the next run. */

import type { Bindings } from '../expression/expression.ts'
import { BACKFILL_CHECKPOINT, liveSinceCheckpoint, WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Checkpoint, Store } from '../ports/store.ts'
import type { BackfillRun, Json } from '../ports/types.ts'
import { isSelected } from '../source/open-record.ts'
import type { Spec } from '../spec/spec.ts'
import type { BackfillOptions, BackfillParts } from './types.ts'

export interface StreamState {
  readonly stream: string
  /** The source's cursor of the next page, to be sent back unchanged. */
  cursor?: Json | undefined
  seen: number
  total?: number | undefined
  done: boolean
}

/** Changes as the import goes on; what is on disk is a copy of it. */
export interface BackfillState {
  run: BackfillRun
  phase: 'lookups' | 'reading' | 'delivering' | 'done'
  /** How far contacts were swept. */
  sweep?: StreamState | undefined
  readonly streams: StreamState[]
}

/** An answer is trusted this long, milliseconds. */
const RUN_KNOWN = 1_000

/**
 * Says whether a run is the newest import's: records of an earlier one that were still waiting are not sent any more.
 *
 * Asked for each record. A yes is remembered for a moment, since a record that is sent a second after its import was
 * replaced does no harm; a no is always the store's, since a record that is not sent is lost to its import.
 */
export function currentRunChecker(
  store: Pick<Store, 'readCheckpoint'>,
  clock: Clock,
): (run: string) => Promise<boolean> {
  const time = new MonotonicClock(clock)
  let known: { readonly run: string; readonly at: number } | undefined
  return async (run) => {
    if (known?.run === run && time.now() - known.at < RUN_KNOWN) return true
    const current = ((await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined)?.run.id
    known = current === undefined ? undefined : { run: current, at: time.now() }
    return current === run
  }
}

export async function readBackfillState(store: Pick<Store, 'readCheckpoint'>): Promise<BackfillState | undefined> {
  return (await store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
}

/** The window in the source's Unix seconds; its end is rounded up, its exact end is kept by the map. */
export function windowBindings({ since, until }: BackfillRun): Bindings {
  return { until: Math.ceil(until / 1000), ...(since !== undefined && { since: Math.floor(since / 1000) }) }
}

/** The checkpoint to save with what was just read. */
export function toCheckpoint(state: BackfillState): Checkpoint {
  return { name: BACKFILL_CHECKPOINT, value: JSON.parse(JSON.stringify(state)) }
}

/** The interrupted import, or a new one. */
export async function loadOrStartBackfill(
  parts: BackfillParts,
  options: BackfillOptions,
): Promise<{ state: BackfillState; resumed: boolean }> {
  const earlier = (await parts.store.readCheckpoint(BACKFILL_CHECKPOINT)) as BackfillState | undefined
  if (earlier !== undefined && earlier.phase !== 'done' && options.restart !== true) {
    await assertSameOptions(earlier.run, options, parts)
    return { state: earlier, resumed: true }
  }
  const state = await begin(parts, options)
  await parts.store.append([], toCheckpoint(state))
  return { state, resumed: false }
}

/** An import can only go on with what it was asked for. */
async function assertSameOptions(
  { since, until, only }: BackfillRun,
  options: BackfillOptions,
  { store, clock }: BackfillParts,
) {
  const other =
    (options.since !== undefined && options.since !== since) ||
    (options.until !== undefined && (await clampWindowEnd(store, options.until, clock.now())) !== until) ||
    (options.only !== undefined &&
      JSON.stringify([...options.only].sort()) !== JSON.stringify([...(only ?? [])].sort()))
  if (!other) return
  const message =
    'an import with other dates or metrics is unfinished: run it again without options to finish it, or use --restart'
  throw new Fault('config', 'backfill/options-changed', message)
}

async function begin(parts: BackfillParts, options: BackfillOptions): Promise<BackfillState> {
  const { spec, store, clock, random } = parts
  const run: BackfillRun = {
    id: `run-${clock.now().toString(36)}-${Math.floor(random() * 36 ** 4).toString(36)}`,
    until: await clampWindowEnd(store, options.until ?? clock.now(), clock.now()),
    ...(options.since !== undefined && { since: options.since }),
    ...(options.only !== undefined && { only: options.only }),
  }
  const names = streamsFor(spec, options.only)
  return { run, phase: 'lookups', streams: names.map((stream) => ({ stream, seen: 0, done: false })) }
}

/** An import may have begun before the workspace was pinned, which says whose first webhook began live delivery. */
export async function endAtLive(state: BackfillState, { store, clock }: BackfillParts): Promise<void> {
  if (state.phase !== 'lookups' || state.sweep !== undefined) return
  state.run = { ...state.run, until: await clampWindowEnd(store, state.run.until, clock.now()) }
}

/** Never past the moment live delivery began: a copy of history that arrived first would swallow the live event's flow. */
async function clampWindowEnd(store: Store, wanted: number, now: number): Promise<number> {
  const ours = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
  const found = [
    await store.readCheckpoint(liveSinceCheckpoint()),
    await store.readCheckpoint(liveSinceCheckpoint(ours)),
  ]
  const live = found.filter((at) => typeof at === 'number')
  return Math.min(wanted, ...(live.length > 0 ? live : [now]))
}

function streamsFor(spec: Spec, only: readonly string[] | undefined): string[] {
  const names = spec.mappings.filter((mapping) => isSelected(mapping, only)).map((mapping) => mapping.stream?.name)
  return [...spec.streams.keys()].filter((name) => names.includes(name))
}
