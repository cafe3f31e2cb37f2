/** Events that wait for their contacts. */
import type { EventResult, Outcome } from '../../../../ports/types.ts'
import { event, fault, skipped } from '../fixtures.ts'

export const MINUTE = 60_000

let keys = 0
/** Default: another event than all before. */
export const waitingEvent = (
  contact: string,
  { key = `w${++keys}`, ...rest }: Partial<EventResult> = {},
): EventResult => event('M', { status: 'deferred', reason: 'awaiting-identity', contact, key, ...rest })

/** One of each contact. */
export const waitingFor = (...contacts: string[]) => contacts.map((contact) => waitingEvent(contact))

/** The outcome of a notice without events that identifies a contact. */
export const identify = (contact: string): Outcome => ({ ...skipped('x'), identified: [contact] })

export const failedEvent = event('N', { status: 'dead', fault, reason: fault.code })

/** The totals of events that wait, and nothing else. */
export const waits = (count: number) => [`M|deferred|awaiting-identity|${count}`]
