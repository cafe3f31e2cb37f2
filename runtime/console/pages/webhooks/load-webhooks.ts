/** Loads what is known of webhooks, by topic: when and how many came, what uses them, and what polling found without them. */
import type { Connector } from '../../../connector.ts'
import { readWebhookActivity } from '../../../health/webhook-activity.ts'
import { addWebhookCounts } from '../../../health/webhook-counts.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { type LedgerEvent, RECONCILE_SCOPE } from '../../../ports/ledger.ts'
import { countFinds } from '../../../reconcile/finds.ts'

/** A metric that a topic brings, or the profile. */
export interface TopicUse {
  readonly metric: string
  /** Whether the source has a stream to find missed events in. */
  readonly isRecoverable: boolean
  /** Events that no webhook reported, since setup. */
  readonly found: number
  /** Milliseconds since 1970. */
  readonly lastFound?: number
}

export interface TopicRow {
  readonly topic: string
  /** `off`: only metrics that are off use it. `other`: the source has it, and no mapping uses it. */
  readonly use: 'used' | 'off' | 'ignored' | 'other' | 'unknown'
  readonly uses: readonly TopicUse[]
  /** Milliseconds since 1970. Undefined: never. */
  readonly last?: number
  readonly count: number
}

export interface Webhooks {
  /** Those of metrics first, last those that came although nothing uses them. */
  readonly topics: readonly TopicRow[]
  /** Since when webhooks are counted. Undefined before the first. */
  readonly countedSince?: number
  /** What polling found, the latest of all metrics. */
  readonly finds: readonly LedgerEvent[]
}

const FINDS_SHOWN = 20

export async function loadWebhooks(connector: Connector, now: number): Promise<Webhooks> {
  const { store, spec } = connector
  const stats = connector.webhookStats()
  const [activity, counts, tallies] = await Promise.all([
    readWebhookActivity(store),
    addWebhookCounts(store, stats, now),
    store.tallies(RECONCILE_SCOPE),
  ])
  const found = countFinds(tallies)
  const uses = await Promise.all(
    listUses(spec).map(async (use) => ({ ...use, ...(await findsOf(use.metric, found, store)) })),
  )
  const received = { ...activity?.topics, ...stats.topics }
  const names = new Set([...uses.flatMap(({ topics }) => topics), ...Object.keys(received)])
  const topics = [...names].sort().map((topic): TopicRow => {
    const own = uses.filter((use) => use.topics.includes(topic))
    const last = received[topic]
    return {
      ...{ topic, use: useOf(topic, own.length > 0, spec), uses: own, count: counts?.topics[topic] ?? 0 },
      ...(last !== undefined && { last }),
    }
  })
  const finds =
    found.size > 0 ? await store.events({ run: RECONCILE_SCOPE, status: 'delivered', limit: FINDS_SHOWN }) : []
  return {
    topics: topics.toSorted((a, b) => rankOf(a) - rankOf(b)),
    ...(counts && { countedSince: counts.since }),
    finds,
  }
}

/** Topics of metrics, then those of the profile alone, then those that nothing uses. */
function rankOf({ use, uses }: TopicRow): number {
  if (use !== 'used') return 2
  return uses.every(({ metric }) => metric === PROFILE) ? 1 : 0
}

function listUses({ mappings, profile }: Connector['spec']) {
  return [
    ...mappings.map(({ metric, topics, stream }) => ({
      ...{ metric, topics: [...topics], isRecoverable: stream !== undefined },
    })),
    { metric: PROFILE, topics: [...profile.topics], isRecoverable: true },
  ]
}

async function findsOf(metric: string, counts: ReadonlyMap<string, number>, store: Pick<Connector['store'], 'events'>) {
  const found = counts.get(metric) ?? 0
  if (found === 0) return { found }
  const [last] = await store.events({ run: RECONCILE_SCOPE, metric, status: 'delivered', limit: 1 })
  return { found, ...(last && { lastFound: last.settledAt }) }
}

function useOf(topic: string, isUsed: boolean, spec: Connector['spec']): TopicRow['use'] {
  if (isUsed) return 'used'
  if (spec.webhook.ignoredTopics.has(topic)) return 'ignored'
  if (spec.disabledMappings.some(({ topics }) => topics.has(topic))) return 'off'
  return [...spec.resources.values()].some(({ topics }) => topics.has(topic)) ? 'other' : 'unknown'
}
