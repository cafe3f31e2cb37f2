/** Says what an import read of what the source counts: for the report, the console and the log. */
import { formatCount, plural } from '../lib/format.ts'
import type { BackfillProgress, ImportWindow } from './types.ts'

/** A stream that gave fewer records than the source counts. */
export interface Shortfall {
  readonly text: string
  /** Too many to be explained by deletions: the import is incomplete. */
  readonly isIncomplete: boolean
}

/** One sentence for each stream that is short. */
export function describeShortfalls({ streams }: Pick<BackfillProgress, 'streams'>): readonly Shortfall[] {
  return streams.flatMap((stream) => {
    const { missing = 0, total = 0, recordsRead, done } = stream
    if (missing === 0) return []
    const reason = done
      ? 'The rest was probably deleted while the import was reading.'
      : 'The pages ended early, although they were requested several times.'
    const read = `${formatCount(recordsRead)} of ${formatCount(Math.max(total, recordsRead))} ${stream.stream}`
    return { text: `Read ${read}. ${reason}`, isIncomplete: !done }
  })
}

/** One sentence for each stream of whose records the source did not give all parts, which is its limit. */
export function describeUnavailableParts({ streams }: Pick<BackfillProgress, 'streams'>): readonly string[] {
  return streams.flatMap(({ stream, recordsRead, unavailableParts }) => {
    if (unavailableParts === undefined) return []
    const { parts, records } = unavailableParts
    return [
      `Of ${formatCount(records)} of ${formatCount(recordsRead)} ${stream} only the newest parts could be read: ${plural(parts, 'older part')} ${parts === 1 ? 'was' : 'were'} unavailable, and events in ${parts === 1 ? 'it' : 'them'} are not imported.`,
    ]
  })
}

/** Where an import leaves its metrics to live delivery, earliest first. */
export function groupLiveEnds({ untilByMetric = {} }: ImportWindow) {
  const metrics = Object.entries(untilByMetric)
  const ends = [...new Set(metrics.map(([, end]) => end))].sort((a, b) => a - b)
  return ends.map((end) => ({ end, metrics: metrics.filter(([, at]) => at === end).map(([metric]) => metric) }))
}
