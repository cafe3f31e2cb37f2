/** Messages that the contract of a destination sends. All people are inventions. */
import type { MetricEvent, ProfileUpdate } from '../../../ports/types.ts'

const TIME = '2026-07-14T09:29:00.000Z'

/** The event `n`, of a person of its own. */
export function event(n: number, rest: Partial<MetricEvent> = {}): MetricEvent {
  return {
    kind: 'event',
    metric: 'Contract Event',
    time: TIME,
    key: `contract:event:${n}`,
    contact: `contact-${n}`,
    profile: person(n),
    properties: { Number: n, Title: `Quillon asks about parcel ${n}` },
    ...rest,
  }
}

export const events = (count: number) => Array.from({ length: count }, (_, n) => event(n))

export const profile = (n: number): ProfileUpdate => ({ kind: 'profile', profile: person(n) })

function person(n: number) {
  const phone_number = `+35386123${String(4000 + n).slice(-4)}`
  return { email: `quillon.${n}@harbour-books.example`, phone_number, first_name: 'Quillon', last_name: `Ashgrove${n}` }
}
