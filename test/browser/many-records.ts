/** Fills a store with many settled records: delivered, skipped and failed, of all metrics, over a month. */
import type { Store } from '../../runtime/ports/store.ts'
import type { EventResult, FaultInfo, Outcome, SourceRecord } from '../../runtime/ports/types.ts'

const MANY = 100_000
const CHUNK = 5_000
const DAY = 86_400_000
const METRICS = ['Rated Conversation', 'Created Ticket', 'Replied to Conversation', 'Created Conversation']
/** A long name without a space, for tables on a phone. */
const FAULTS: readonly FaultInfo[] = [
  { kind: 'data', code: 'klaviyo/invalid', message: 'Klaviyo answered 400: invalid at /data/attributes/value' },
  { kind: 'data', code: 'mapping/no-time', message: 'the time is missing', place: 'mappings/created-ticket.yaml:11:8' },
]

export async function addManyRecords(store: Store, now: number): Promise<void> {
  for (let first = 0; first < MANY; first += CHUNK) {
    const records = Array.from({ length: CHUNK }, (_, at) => recordOf(first + at, now))
    await store.append(records)
    const leased = await store.lease({ lane: 'live', limit: CHUNK, leaseMs: 60_000 })
    await store.settle(leased.map((record) => ({ record, outcome: outcomeOf(record) })))
  }
}

function recordOf(number: number, now: number): SourceRecord {
  const item = { type: 'conversation', id: `${number}` }
  return {
    id: `many:${number}`,
    ingress: number % 7 === 0 ? 'reconcile' : 'webhook',
    lane: 'live',
    topic: 'conversation.user.replied',
    resource: 'conversation',
    workspace: 'sandbox1',
    orderingKey: `conversation:${number}`,
    lookupIds: [`${number}`],
    receivedAt: now - (number % 30) * DAY,
    body: JSON.stringify({ type: 'notification_event', topic: 'conversation.user.replied', data: { item } }),
  }
}

function outcomeOf({ id, receivedAt }: SourceRecord): Outcome {
  const number = Number(id.slice(id.indexOf(':') + 1))
  const metric = METRICS[number % METRICS.length] ?? ''
  const base = { metric, lane: 'live', key: `${metric}:${number}`, time: new Date(receivedAt).toISOString() } as const
  const contact = { contact: `contact-${number % 997}` }
  if (number % 50 === 0) {
    const fault = FAULTS[(number / 50) % FAULTS.length] as FaultInfo
    return { status: 'dead', fault, events: [{ ...base, ...contact, status: 'dead', fault }] }
  }
  if (number % 10 === 1) {
    const event: EventResult = { ...base, status: 'skipped', reason: 'started-by-teammate' }
    return { status: 'skipped', reason: 'started-by-teammate', events: [event] }
  }
  return { status: 'delivered', events: [{ ...base, ...contact, status: 'delivered', receipt: { status: 202 } }] }
}
