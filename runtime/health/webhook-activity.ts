/** When webhooks came, kept over restarts: of each topic the last one, and how long it usually is from one to the next. */
import { WEBHOOK_ACTIVITY_CHECKPOINT } from '../lib/checkpoint-names.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import type { WebhookStats } from '../source/webhook-stats.ts'

/** Times are milliseconds since 1970. */
export interface WebhookActivity {
  /** By topic, unknown ones too. */
  readonly topics: Readonly<Record<string, number>>
  /** The last of any topic. */
  readonly last: number
  /** The longest time without a webhook that ended on a day, milliseconds, by the day in UTC. */
  readonly gaps: Readonly<Record<string, number>>
}

const DAY = 86_400_000
/** Days of which the gaps are kept: weekends and a holiday are among them. */
const DAYS_KEPT = 14
/** Days after which the longest gap says what is usual. */
const DAYS_NEEDED = 3
/** Milliseconds between two writes. */
const RESOLUTION = 60_000

export async function readWebhookActivity(store: Pick<Store, 'readCheckpoint'>): Promise<WebhookActivity | undefined> {
  return (await store.readCheckpoint(WEBHOOK_ACTIVITY_CHECKPOINT)) as unknown as WebhookActivity | undefined
}

/** Adds what this process has received since. Undefined before the first webhook. Writes once a minute at most. */
export async function updateWebhookActivity(
  store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>,
  { topics: received = {} }: Pick<WebhookStats, 'topics'>,
): Promise<WebhookActivity | undefined> {
  const saved = await readWebhookActivity(store)
  const last = Math.max(saved?.last ?? 0, ...Object.values(received))
  if (last === 0) return undefined
  const isNewTopic = Object.keys(received).some((topic) => saved?.topics[topic] === undefined)
  if (saved !== undefined && !isNewTopic && last - saved.last < RESOLUTION) return saved
  const next = addActivity(saved, received, last)
  await store.writeCheckpoints([{ name: WEBHOOK_ACTIVITY_CHECKPOINT, value: next as unknown as Json }])
  return next
}

function addActivity(
  saved: WebhookActivity | undefined,
  received: Readonly<Record<string, number>>,
  last: number,
): WebhookActivity {
  const topics = { ...saved?.topics }
  for (const [topic, at] of Object.entries(received)) topics[topic] = Math.max(topics[topic] ?? 0, at)
  const day = dayOf(last)
  const oldest = dayOf(last - DAYS_KEPT * DAY)
  const gaps = Object.fromEntries(Object.entries(saved?.gaps ?? {}).filter(([one]) => one > oldest))
  gaps[day] = Math.max(gaps[day] ?? 0, saved === undefined ? 0 : last - saved.last)
  return { topics, last, gaps }
}

/** The longest usual time between two webhooks. Undefined while too few days are known. */
export function usualGap({ gaps }: WebhookActivity): number | undefined {
  const known = Object.values(gaps)
  return known.length < DAYS_NEEDED ? undefined : Math.max(...known)
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
