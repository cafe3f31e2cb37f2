/** How an import goes, from what the store has counted. */
import type { Store } from '../ports.ts'
import type { Progress, StreamProgress } from './connector.ts'
import type { Import, StreamState } from './import-state.ts'

export async function snapshot(
  state: Import,
  { store, resumed, elapsed }: { readonly store: Store; readonly resumed: boolean; readonly elapsed: number },
): Promise<Progress> {
  const tallies = await store.tallies(state.run.id)
  const counted = (status: string, by: 'metric' | 'reason') => {
    const sums: Record<string, number> = {}
    for (const tally of tallies) if (tally.status === status) sums[tally[by]] = (sums[tally[by]] ?? 0) + tally.count
    return sums
  }
  const sentByMetric = counted('delivered', 'metric')
  return {
    run: state.run.id,
    resumed,
    phase: state.phase,
    streams: [...(state.sweep ? [state.sweep] : []), ...state.streams].map(told),
    waiting: (await store.backlog('backfill')).records,
    sent: Object.values(sentByMetric).reduce((sum, count) => sum + count, 0),
    sentByMetric,
    skipped: counted('skipped', 'reason'),
    dead: await deadOf(store, state.run.id),
    elapsed,
  }
}

function told({ stream, seen, total, done }: StreamState): StreamProgress {
  return { stream, seen, done, ...(total !== undefined && { total }) }
}

/** Counted by pages: dead letters are few, or something is wrong that is worth the wait. */
async function deadOf(store: Store, run: string): Promise<number> {
  let after = 0
  for (let count = 0; ; ) {
    const page = await store.dead({ after, limit: 500, run })
    count += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < 500) return count
    after = last.seq
  }
}
