/** The stream of events of a connector: its own delivery, to a consumer in place of the destination. */
import { type CreatePipelineOptions, createAccountPin, createDelivery, type DeliveryInput } from './create-pipeline.ts'
import { runLanes } from './delivery/run-lanes.ts'
import { parseCursor } from './event-stream/event-cursor.ts'
import { readEvents } from './event-stream/read-events.ts'
import { StreamDestination } from './event-stream/stream-destination.ts'
import type { EventsOptions, StreamedMessage } from './event-stream/types.ts'
import { runObserved } from './observe/scope.ts'
import { LANES } from './ports/types.ts'
import type { Spec } from './spec/spec.ts'

export interface CreateEventsParts extends Omit<DeliveryInput, 'accounts'> {
  readonly adoptSpec: () => Promise<void>
}

/** How long the end of a stream waits for the settlement of what was acknowledged. The rest is released. Milliseconds. */
const GRACE_MS = 1_000

/** Streams of events, and the pin of the source alone. */
export function createEvents(options: CreatePipelineOptions, { adoptSpec, ...parts }: CreateEventsParts) {
  const { gate: _, destinationAuth: __, ...own } = options
  const { client, guarded, observer } = parts
  const accounts = createAccountPin(own, client, guarded)
  const spec = withoutDestination(options.spec)
  return {
    pin: (signal: AbortSignal) => accounts.pin(signal),
    gate: accounts.gate,
    /** Throws a config `Fault` for an invalid cursor. */
    read(request: EventsOptions): AsyncGenerator<StreamedMessage, void, undefined> {
      const { since, lanes = LANES } = request
      const destination = new StreamDestination(since === undefined ? new Set() : parseCursor(since))
      const { laneParts } = createDelivery({ ...own, spec, destination }, { ...parts, accounts })
      const laneOptions = {
        ...laneParts,
        graceMs: GRACE_MS,
        onSettled: (...settled: Parameters<typeof laneParts.onSettled>) => {
          laneParts.onSettled(...settled)
          destination.settle(settled[1])
        },
      }
      const work = async (signal: AbortSignal) => {
        await adoptSpec()
        await runObserved(observer, () => runLanes(lanes, laneOptions, signal))
      }
      return readEvents({ destination, work }, request)
    },
  }
}

/** A consumer has no profiles to move, and cannot be asked whom it knows. */
function withoutDestination(spec: Spec): Spec {
  return {
    ...spec,
    destination: { ...spec.destination, name: 'events', moveProfiles: false },
    people: { ...spec.people, onlyKnown: false },
  }
}
