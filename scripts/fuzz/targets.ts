/** What `npm run fuzz` can search for: one row for each target. */
import { fuzzCosts } from './costs.ts'
import { fuzzDeliveries } from './deliveries.ts'
import { fuzzExpressions } from './expressions.ts'
import { fuzzRegexes } from './regexes.ts'
import type { FuzzTarget } from './target.ts'
import { fuzzWebhooks } from './webhooks.ts'

export const TARGETS: Readonly<Record<string, FuzzTarget>> = {
  expressions: {
    summary: 'differences between the compiled expressions and the interpreter',
    unit: 'pairs',
    defaultCount: 200_000,
    run: fuzzExpressions,
  },
  costs: {
    summary: 'operators and functions that take longer than the steps they count',
    unit: 'characters, items and members',
    defaultCount: 32_768,
    run: fuzzCosts,
  },
  deliveries: {
    summary: 'events lost, doubled or in the wrong lane under losses, delays, crashes and faults',
    unit: 'schedules',
    defaultCount: 1_000,
    run: fuzzDeliveries,
  },
  regexes: {
    summary: 'regular expressions that the ReDoS analysis accepts and recheck finds slower',
    unit: 'regular expressions',
    defaultCount: 5_000,
    run: fuzzRegexes,
  },
  webhooks: {
    summary: 'signed notifications, however malformed, that end as a bug, a 5xx or a crash',
    unit: 'bodies',
    defaultCount: 100_000,
    run: fuzzWebhooks,
  },
}
