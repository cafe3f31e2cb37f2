/** The destination of a connector that has none: its events go to the consumer of `events`. */
import type { Destination } from '../ports/destination.ts'
import { Fault } from '../ports/fault.ts'

const refuse = async () => {
  throw new Fault(
    'config',
    'events/no-destination',
    'the connector has no destination: its events are read by `events`',
  )
}

export const NO_DESTINATION: Destination = {
  batch: { events: 1, bytes: Number.POSITIVE_INFINITY },
  sizeOf: () => 1,
  send: refuse,
  sendMany: refuse,
  fit: (message) => ({ message, changes: [] }),
  previewBodies: () => [],
}
