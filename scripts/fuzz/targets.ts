/** What `npm run fuzz` can search for: one row for each target. */
import { fuzzDeliveries } from './deliveries.ts'
import { fuzzExpressions } from './expressions.ts'
import type { FuzzTarget } from './target.ts'

export const TARGETS: Readonly<Record<string, FuzzTarget>> = {
  expressions: {
    summary: 'differences between the compiled expressions and the interpreter',
    unit: 'pairs',
    defaultCount: 200_000,
    run: fuzzExpressions,
  },
  deliveries: {
    summary: 'events lost, doubled or in the wrong lane under losses, delays, crashes and faults',
    unit: 'schedules',
    defaultCount: 1_000,
    run: fuzzDeliveries,
  },
}
