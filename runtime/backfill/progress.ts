/** Reads the progress of an import from its state and the store's tallies. */

import { ALREADY_DELIVERED, PARTS_UNAVAILABLE, type Tally } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import { sum } from './counts.ts'
import { type BackfillState, positionsOf, readBackfillState, readEarlierRuns, type StreamState } from './state.ts'
import type { BackfillProgress, ImportWindow, MetricCounts, StreamProgress } from './types.ts'

export async function readProgress(
  state: BackfillState,
  { store, resumed, elapsed }: { readonly store: Store; readonly resumed: boolean; readonly elapsed: number },
): Promise<BackfillProgress> {
  const { run, phase, startedBy, startedAt, endedAt } = state
  // A record of which parts are unavailable is told apart: its events were not left out.
  const tallies = (await store.tallies(run.id)).filter(({ reason }) => reason !== PARTS_UNAVAILABLE)
  const byMetric = countByMetric(tallies)
  return {
    run: run.id,
    ...(startedBy !== undefined && { startedBy }),
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    resumed,
    phase,
    window: windowOf(state),
    ...(run.only && { only: run.only }),
    streams: positionsOf(state).map(toStreamProgress),
    waiting: (await store.backlog('backfill')).records,
    eventsSent: sum(byMetric.map(({ sent }) => sent)),
    sentByMetric: addUp(byMetric.map(({ metric, sent }) => ({ [metric]: sent }))),
    byMetric,
    alreadySent: sum(byMetric.map(({ alreadySent }) => alreadySent)),
    skipped: addUp(byMetric.map(({ leftOut }) => leftOut)),
    dead: sum(byMetric.map(({ dead }) => dead)),
    deadByReason: addUp(
      tallies.flatMap(({ status, reason, count }) => (status === 'dead' ? [{ [reason]: count }] : [])),
    ),
    elapsed,
  }
}

/** Every run that the store remembers, the newest first. */
export async function listRuns(store: Store): Promise<readonly BackfillProgress[]> {
  const newest = await readBackfillState(store)
  const states = [...(newest ? [newest] : []), ...(await readEarlierRuns(store))]
  return Promise.all(states.map((state) => readProgress(state, { store, resumed: false, elapsed: 0 })))
}

/** The newest import as of its last page, whether or not it is running. */
export async function lastBackfill(store: Store): Promise<BackfillProgress | undefined> {
  const state = await readBackfillState(store)
  return state && readProgress(state, { store, resumed: false, elapsed: 0 })
}

function windowOf({ run: { since, until, untilChosen }, liveEnds }: BackfillState): ImportWindow {
  return {
    ...(since !== undefined && { since }),
    until,
    ...(untilChosen && { untilChosen }),
    ...(liveEnds && { untilByMetric: liveEnds }),
  }
}

function toStreamProgress({ stream, recordsRead, total, done, ...rest }: StreamState): StreamProgress {
  const { missing, unavailableParts, estimated } = rest
  return {
    stream,
    recordsRead,
    done,
    ...(total !== undefined && { total }),
    ...(estimated !== undefined && { estimated }),
    ...(missing !== undefined && { missing }),
    ...(unavailableParts && { unavailableParts }),
  }
}

function countByMetric(tallies: readonly Tally[]): readonly MetricCounts[] {
  const metrics = new Map<string, MetricCounts>()
  for (const tally of tallies) metrics.set(tally.metric, addTally(metrics.get(tally.metric), tally))
  return [...metrics.values()]
}

function addTally(
  counts: MetricCounts = { metric: '', sent: 0, alreadySent: 0, awaitingIdentity: 0, leftOut: {}, dead: 0 },
  { metric, status, reason, count }: Tally,
): MetricCounts {
  const { sent, alreadySent, awaitingIdentity, leftOut, dead } = counts
  switch (status) {
    case 'delivered':
      return { ...counts, metric, sent: sent + count }
    case 'deferred':
      return { ...counts, metric, awaitingIdentity: awaitingIdentity + count }
    case 'dead':
      return { ...counts, metric, dead: dead + count }
    case 'skipped':
      if (reason === ALREADY_DELIVERED) return { ...counts, metric, alreadySent: alreadySent + count }
      return { ...counts, metric, leftOut: addUp([leftOut, { [reason]: count }]) }
  }
}

/** Sums by name, without those of zero. */
function addUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, count] of counts.flatMap(Object.entries)) if (count > 0) sums[name] = (sums[name] ?? 0) + count
  return sums
}
