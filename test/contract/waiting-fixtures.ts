/** Waiting events, and the steps of their contract tests. */
import type { EventResult, Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { event, fault, record, settlement, single } from './store-fixtures.ts'

export const MINUTE = 60_000

let keys = 0
/** Default: another event than all before. */
export const waitingEvent = (
  contact: string,
  { key = `w${++keys}`, ...rest }: Partial<EventResult> = {},
): EventResult => event('M', { status: 'deferred', reason: 'awaiting-identity', contact, key, ...rest })
export const failedEvent = event('N', { status: 'dead', fault, reason: fault.code })

/** The totals of events that wait, and nothing else. */
export const waits = (count: number) => [`M|deferred|awaiting-identity|${count}`]

export function waitingSteps(current: () => StoreHarness) {
  const awaiting = (events: EventResult[], until = current().clock.now() + MINUTE): Outcome => ({
    status: 'deferred',
    awaits: 'awaiting-identity',
    until,
    events,
  })
  const awaits = (...contacts: string[]) => awaiting(contacts.map((contact) => waitingEvent(contact)))
  /** Appends a record and settles it. */
  const settle = async (id: string, outcome: Outcome, rest: Parameters<typeof record>[1] = {}) => {
    await current().store.append([record(id, rest)])
    const leased = await current().lease({ lane: rest.lane ?? 'live' })
    const held = single(leased.filter((it) => it.id === id))
    await current().store.settle([settlement(held, outcome)])
  }
  const totals = async (scope?: string) => {
    const tallies = await current().store.tallies(scope)
    return tallies.map(({ metric, status, reason, count }) => [metric, status, reason, count].join('|'))
  }
  return { awaiting, awaits, settle, totals }
}
