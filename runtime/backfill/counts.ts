/** Adds up the figures of an import. */
import type { BackfillProgress, MetricCounts } from './types.ts'

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** The sum of counts by name, such as skipped events by reason. */
export const sumCounts = (counts: Readonly<Record<string, number>>): number => sum(Object.values(counts))

/** Records read from all streams. */
export const countRead = ({ streams }: Pick<BackfillProgress, 'streams'>): number =>
  sum(streams.map(({ recordsRead }) => recordsRead))

/** Occurrences of a metric in the records read, whatever became of them. */
export function countFound({ sent, alreadySent, awaitingIdentity, leftOut, dead }: MetricCounts): number {
  return sum([sent, alreadySent, awaitingIdentity, sumCounts(leftOut), dead])
}
