/** What became of an occurrence, and its texts for people: `sent`, `skipped: no-identity`, `Rated Conversation (KEY)`. */
import type { CaseOccurrence, ExpectedOccurrence } from '../types.ts'

/** Of two equal texts the occurrences can be compared by their members. */
export function outcomeOf(occurrence: CaseOccurrence | ExpectedOccurrence): string {
  if ('skipped' in occurrence && occurrence.skipped !== undefined) return `skipped: ${occurrence.skipped}`
  if ('fault' in occurrence && occurrence.fault !== undefined) {
    const { fault } = occurrence
    return `fault: ${typeof fault === 'string' ? fault : fault.code}`
  }
  return 'sent'
}

/** A key as cases write it. */
export const withoutWorkspace = (key: string, workspace: string): string =>
  key.startsWith(`${workspace}:`) ? key.slice(workspace.length + 1) : key

/** One line: the metric, and the key or the outcome. */
export function labelOccurrence(occurrence: CaseOccurrence | ExpectedOccurrence, workspace: string): string {
  const metric = occurrence.metric ?? 'any metric'
  if ('key' in occurrence && occurrence.key !== undefined)
    return `${metric} ${withoutWorkspace(occurrence.key, workspace)}`
  const outcome = outcomeOf(occurrence)
  return outcome === 'sent' ? metric : `${metric} (${outcome})`
}
