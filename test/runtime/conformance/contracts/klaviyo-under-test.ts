/** A destination that writes to the local Klaviyo, for its contract. */
import type {
  DestinationFactory,
  ReceivedEvent,
} from '../../../../runtime/conformance/contracts/destination/destination-harness.ts'
import type { NetworkOptions } from '../../../../runtime/conformance/contracts/test-network.ts'
import type { Destination } from '../../../../runtime/ports/destination.ts'
import type { Fetch } from '../../../../runtime/ports/effects.ts'
import { createKlaviyoSandbox } from '../../../../sandbox/klaviyo/server.ts'

/** The events that the local Klaviyo counts, oldest first. */
export const receivedBy = (klaviyo: ReturnType<typeof createKlaviyoSandbox>): readonly ReceivedEvent[] =>
  klaviyo.events().map((event) => ({ ...event, key: event.key ?? '', startsFlows: event.triggersFlows }))

type Effects = Pick<NetworkOptions, 'clock'> & { readonly fetch: Fetch }

/** The key is `pk_test`. */
export function klaviyoUnderTest(create: (effects: Effects) => Destination): DestinationFactory {
  return ({ clock, wrap }) => {
    const klaviyo = createKlaviyoSandbox({ clock, random: () => 0.5, key: 'pk_test', keep: 10_000 })
    return {
      destination: create({ clock, fetch: wrap((request) => klaviyo.fetch(request)) }),
      received: () => receivedBy(klaviyo),
      close: () => klaviyo.close(),
    }
  }
}
