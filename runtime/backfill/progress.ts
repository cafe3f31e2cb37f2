/** Reads the progress of an import from its state and the store's tallies. */

import type { Store } from '../ports/store.ts'
import { type BackfillState, readBackfillState, type StreamState } from './state.ts'
import type { BackfillProgress, StreamProgress } from './types.ts'

export async function readProgress(
  state: BackfillState,
  { store, resumed, elapsed }: { readonly store: Store; readonly resumed: boolean; readonly elapsed: number },
): Promise<BackfillProgress> {
  const tallies = await store.tallies(state.run.id)
  const countBy = (status: string, by: 'metric' | 'reason') => {
    const sums: Record<string, number> = {}
    for (const tally of tallies) if (tally.status === status) sums[tally[by]] = (sums[tally[by]] ?? 0) + tally.count
    return sums
  }
  const { since, until, only } = state.run
  const sentByMetric = countBy('delivered', 'metric')
  return {
    run: state.run.id,
    resumed,
    phase: state.phase,
    window: { until, ...(since !== undefined && { since }) },
    ...(only && { only }),
    streams: [...(state.preload ? [state.preload] : []), ...state.streams].map(toStreamProgress),
    waiting: (await store.backlog('backfill')).records,
    eventsSent: sum(sentByMetric),
    sentByMetric,
    skipped: countBy('skipped', 'reason'),
    dead: sum(countBy('dead', 'reason')),
    elapsed,
  }
}

/** The newest import as of its last page, whether or not it is running. */
export async function lastBackfill(store: Store): Promise<BackfillProgress | undefined> {
  const state = await readBackfillState(store)
  return state && readProgress(state, { store, resumed: false, elapsed: 0 })
}

function toStreamProgress({ stream, recordsRead, total, done, missing }: StreamState): StreamProgress {
  return { stream, recordsRead, done, ...(total !== undefined && { total }), ...(missing !== undefined && { missing }) }
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, count) => all + count, 0)
