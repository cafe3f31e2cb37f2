/** How a recipe's definition names a metric where the destination wants its id. */
import type { Json, JsonObject } from '../ports/types.ts'

/** The metric that `{ metric: NAME }` stands for. */
export function metricOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { metric, ...rest } = value as JsonObject
  return typeof metric === 'string' && Object.keys(rest).length === 0 ? metric : undefined
}
