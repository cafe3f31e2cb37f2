/** Loads what reconciliation found, by metric, and when each metric last came by webhook. */
import type { Connector } from '../../../connector.ts'
import { type LedgerEvent, RECONCILE_SCOPE } from '../../../ports/ledger.ts'
import { countFinds } from '../../../reconcile/finds.ts'

export interface MissedRow {
  readonly metric: string
  readonly topics: readonly string[]
  /** Whether the source has a stream to find missed events in. */
  readonly isRecoverable: boolean
  /** Milliseconds since 1970. Undefined: not among the latest deliveries. */
  readonly lastByWebhook?: number
  /** Events that no webhook reported. */
  readonly found: number
  /** Milliseconds since 1970. */
  readonly lastFound?: number
}

export interface MissedWebhooks {
  readonly rows: readonly MissedRow[]
  /** The latest of all metrics. */
  readonly finds: readonly LedgerEvent[]
}

const FINDS_SHOWN = 20
/** Latest deliveries of a metric in which to look for one by webhook. */
const SAMPLE = 50

export async function loadMissedWebhooks({ spec, store }: Pick<Connector, 'spec' | 'store'>): Promise<MissedWebhooks> {
  const counts = countFinds(await store.tallies(RECONCILE_SCOPE))
  const rows = spec.mappings.map(async ({ metric, topics, stream }): Promise<MissedRow> => {
    const latest = await store.events({ metric, status: 'delivered', limit: SAMPLE })
    const lastByWebhook = latest.find(({ ingress }) => ingress === 'webhook')?.settledAt
    const found = counts.get(metric) ?? 0
    const lastFound = found === 0 ? undefined : latest.find(({ ingress }) => ingress === 'reconcile')?.settledAt
    return {
      metric,
      topics: [...topics],
      isRecoverable: stream !== undefined,
      found,
      ...(lastByWebhook !== undefined && { lastByWebhook }),
      ...(lastFound !== undefined && { lastFound }),
    }
  })
  const finds =
    counts.size > 0 ? await store.events({ run: RECONCILE_SCOPE, status: 'delivered', limit: FINDS_SHOWN }) : []
  return { rows: await Promise.all(rows), finds }
}
