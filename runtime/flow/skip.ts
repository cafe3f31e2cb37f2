/** Named reasons not to send. */
import type { Bindings } from '../expression/expression.ts'
import type { SkipRule } from '../spec/spec.ts'
import type { Json, Run } from '../types.ts'

/** The first rule that holds, by name. */
export async function firstSkip(
  rules: readonly SkipRule[],
  item: Json,
  bindings: Bindings,
): Promise<string | undefined> {
  for (const { reason, when } of rules) if (truthy(await when.evaluate(item, bindings))) return reason
  return undefined
}

/** A run sends what happened in its window: earlier was not asked for, later belongs to live delivery. */
export function outside(time: number, run: Run | undefined): string | undefined {
  if (run === undefined) return undefined
  if (run.since !== undefined && time < run.since) return 'before-since'
  return time >= run.until ? 'after-live-began' : undefined
}

/** As JSONata's `$boolean`: nothing, null, "", 0, {} and [] are false. */
export function truthy(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(truthy)
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}
