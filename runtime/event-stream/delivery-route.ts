/** Where the events of a connector go: to its destination or to a consumer. Both would share the records between them. */
import { Fault } from '../ports/fault.ts'

type Route = 'destination' | 'events'

const CONFLICTS: Readonly<Record<Route, string>> = {
  destination:
    '`work` delivers to the destination, but the events of this connector go to the consumer of `events`, or it has no destination: use another connector, with a store of its own',
  events:
    '`events` was called after `work` or `backfill`, which deliver to the destination: call it before `backfill`, or use another connector, with a store of its own',
}

export class DeliveryRoute {
  #taken: Route | undefined

  get isEvents(): boolean {
    return this.#taken === 'events'
  }

  /** The first call decides. Throws a config `Fault` for the other route. */
  take(route: Route): void {
    this.#taken ??= route
    if (this.#taken === route) return
    throw new Fault('config', 'events/other-route', CONFLICTS[route])
  }
}
