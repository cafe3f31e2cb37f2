/** Reads references to metrics in a recipe's definition. */
import type { Json, JsonObject } from '../ports/types.ts'

/** The name in `{ metric: NAME }`, which stands in place of the metric's id. */
export function readMetricReference(value: Json | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { metric, ...rest } = value as JsonObject
  return typeof metric === 'string' && Object.keys(rest).length === 0 ? metric : undefined
}
