/** Says what an import read of what the source counts: for the report, the console and the log. */
import { formatCount } from '../lib/format.ts'
import type { BackfillProgress, ImportWindow, MetricCounts, StreamProgress } from './types.ts'

/** A stream that gave fewer records than the source counts. */
export interface Shortfall {
  readonly text: string
  /** Too many to be explained by deletions: the import is incomplete. */
  readonly isIncomplete: boolean
}

/** One sentence for each stream that is short. */
export function describeShortfalls({ streams }: Pick<BackfillProgress, 'streams'>): readonly Shortfall[] {
  return streams.flatMap((stream) => {
    const { missing = 0, done } = stream
    if (missing === 0) return []
    const reason = done
      ? 'The rest was probably deleted while the import was reading.'
      : 'The pages ended early, although they were requested several times.'
    return { text: `Read ${readOfCounted(stream)}. ${reason}`, isIncomplete: !done }
  })
}

/** `150 of 400 conversations`. Without a count of the source, the count is said to be unknown. */
export function readOfCounted({ stream, recordsRead, total }: StreamProgress): string {
  const read = formatCount(recordsRead)
  if (total === undefined) return `${read} ${stream} (total unknown)`
  return `${read} of ${formatCount(Math.max(total, recordsRead))} ${stream}`
}

/** Occurrences of a metric in the records read, whatever became of them. */
export function countFound({ sent, alreadySent, awaitingIdentity, leftOut, dead }: MetricCounts): number {
  return Object.values(leftOut).reduce((sum, count) => sum + count, sent + alreadySent + awaitingIdentity + dead)
}

/** Where an import leaves its metrics to live delivery, earliest first. */
export function groupLiveEnds({ untilByMetric = {} }: ImportWindow) {
  const metrics = Object.entries(untilByMetric)
  const ends = [...new Set(metrics.map(([, end]) => end))].sort((a, b) => a - b)
  return ends.map((end) => ({ end, metrics: metrics.filter(([, at]) => at === end).map(([metric]) => metric) }))
}
