/** What a case of the destination contract works with. */
import type { Destination } from '../../../ports/destination.ts'
import type { Fault } from '../../../ports/fault.ts'
import type { JsonObject, Lane, OutgoingMessage, Profile, Receipt } from '../../../ports/types.ts'
import { type NetworkOptions, TestNetwork } from '../test-network.ts'

/** An event as the API has it that the destination writes to. */
export interface ReceivedEvent {
  readonly key: string
  readonly metric: string
  /** Any ISO 8601 text. */
  readonly time: string
  readonly profile: Profile
  readonly properties: JsonObject
  /** Whether it may start automations such as flows. */
  readonly startsFlows: boolean
}

export interface DestinationUnderTest {
  readonly destination: Destination
  /** The events that the API counts, oldest first. */
  received(): readonly ReceivedEvent[] | Promise<readonly ReceivedEvent[]>
  close?(): Promise<void> | void
}

/** Makes a destination with nothing received. */
export type DestinationFactory = (options: NetworkOptions) => DestinationUnderTest | Promise<DestinationUnderTest>

export interface DestinationHarness {
  readonly destination: Destination
  readonly network: TestNetwork
  received(): Promise<readonly ReceivedEvent[]>
  send(message: OutgoingMessage, signal?: AbortSignal): Promise<Receipt>
  /** By `sendMany`. */
  sendMany(messages: readonly OutgoingMessage[], lane: Lane, signal?: AbortSignal): ReturnType<Destination['sendMany']>
  /** The fault that `send` throws. Throws if the message is accepted, or anything else is thrown. */
  faultOf(message: OutgoingMessage): Promise<Fault>
}

export async function useDestination(
  make: DestinationFactory,
  run: (harness: DestinationHarness) => Promise<void>,
): Promise<void> {
  const network = new TestNetwork()
  const under = await make({ clock: network.clock, wrap: (fetch) => network.wrap(fetch) })
  const { destination } = under
  const never = new AbortController().signal
  try {
    await run({
      destination,
      network,
      received: async () => under.received(),
      send: (message, signal = never) => network.run(destination.send(message, signal)),
      sendMany: (messages, lane, signal = never) => network.run(destination.sendMany(messages, lane, signal)),
      faultOf: (message) => network.faultOf(destination.send(message, never)),
    })
  } finally {
    await under.close?.()
  }
}
