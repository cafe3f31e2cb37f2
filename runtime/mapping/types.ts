/** What mapping works with and gives back. */

import type { BackfillRun, EventResult, Lane } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import type { CompiledPlan } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'

export interface MapParts {
  readonly spec: Spec
  readonly plan: CompiledPlan
  readonly lookups: Pick<Lookups, 'find'>
  /** Whether the destination has taken an event with this key before. */
  readonly delivered: (key: string) => Promise<boolean>
  /** A preview: people are shown whole, and also those who could not be identified. */
  readonly forDisplay?: boolean
}

/** What is known of an occurrence before it is sent; the ledger keeps it. */
export type EventIdentity = Pick<EventResult, 'metric' | 'lane' | 'key' | 'time' | 'contact' | 'emailHash'>

/** A message and its name in the ledger, or the reason why there is none. */
export type MapResult<M> =
  | { readonly named: EventIdentity; readonly message: M }
  | { readonly named: EventIdentity; readonly skipped: string }

/** How a record's events are to be sent, and for which run. */
export interface DeliveryContext {
  readonly lane: Lane
  readonly workspace: string
  readonly run?: BackfillRun
}
