/** What came of a record, as a case or an approved file expects it. */
import type { Json, JsonObject } from '../../ports/types.ts'
import { withoutWorkspace } from '../compare/describe-outcome.ts'
import type { CaseOccurrence } from '../types.ts'

/** The metric of all occurrences that fail. Undefined: none fails, or those of several metrics do. */
export function metricOfAll(occurrences: readonly CaseOccurrence[]): string | undefined {
  const metrics = new Set(occurrences.flatMap((one) => ('fault' in one ? [one.metric] : [])))
  const [metric] = metrics
  return metrics.size === 1 && metric !== '' ? metric : undefined
}

/** `metric`: that of the file, which is not repeated. Keys are without the workspace. */
export function toExpectation(occurrence: CaseOccurrence, workspace: string, metric?: string): JsonObject {
  const named = occurrence.metric === metric || occurrence.metric === '' ? {} : { metric: occurrence.metric }
  if ('fault' in occurrence) return { ...named, fault: occurrence.fault.code }
  if ('skipped' in occurrence) return { ...named, skipped: occurrence.skipped }
  if (!('key' in occurrence)) return { ...named, profile: occurrence.profile as JsonObject }
  const { key, metric: _, ...event } = occurrence
  const own: Readonly<Record<string, Json | undefined>> = JSON.parse(JSON.stringify(event))
  return { ...named, key: withoutWorkspace(key, workspace), ...own }
}
