/** Counts the parts of a record that the source counts and does not give: a limit of the source, which no retry lifts. */
import { parseTime } from '../lib/iso-time.ts'
import { asArray } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import type { ResourceSpec } from '../spec/spec.ts'

/** `since`: start of the window that is read, milliseconds since 1970. Parts from before it are not needed. */
export async function countUnavailableParts(
  item: Json,
  { parts }: Pick<ResourceSpec, 'parts'>,
  since = Number.NEGATIVE_INFINITY,
): Promise<number> {
  const total = await parts?.total.evaluate(item)
  if (parts === undefined || typeof total !== 'number') return 0
  const count = Math.max(0, total - asArray(await parts.items.evaluate(item)).length)
  if (count === 0 || parts.oldest === undefined) return count
  const oldest = parseTime((await parts.oldest.evaluate(item)) ?? null)
  return oldest !== undefined && oldest <= since ? 0 : count
}
