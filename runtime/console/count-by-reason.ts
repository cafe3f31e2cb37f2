/** Adds up counts by reason, the largest first. */

export interface ReasonCount {
  readonly reason: string
  readonly count: number
}

export function countByReason(counted: readonly ReasonCount[]): readonly ReasonCount[] {
  const counts = new Map<string, number>()
  for (const { reason, count } of counted) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
