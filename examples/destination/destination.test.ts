/** The destination against the contract, with a collector in memory: `node --import tsx --test examples/destination/destination.test.ts`. */
import { describe, test } from 'node:test'
import { type ReceivedEvent, testDestination } from 'intercom-to-klaviyo/conformance'
import type { JsonObject } from 'intercom-to-klaviyo/runtime'
import { CollectorDestination } from './collector-destination.ts'

interface Entry {
  readonly key?: string
  readonly event: string
  readonly time: string
  readonly properties: JsonObject
  readonly person: JsonObject
  readonly historical: boolean
}

/** A collector as its documentation describes it. A test account of the real one would do as well. */
function startCollector() {
  const events = new Map<string, ReceivedEvent>()
  return {
    events,
    async fetch(request: Request): Promise<Response> {
      const { entries } = (await request.json()) as { readonly entries: readonly Entry[] }
      for (const { key, event, time, properties, person, historical } of entries)
        if (key !== undefined && !events.has(key))
          events.set(key, { key, metric: event, time, properties, profile: person, startsFlows: !historical })
      return Response.json({})
    },
  }
}

testDestination(
  ({ clock, wrap }) => {
    const collector = startCollector()
    const effects = { fetch: wrap(collector.fetch), clock, random: () => 0.5 }
    return {
      destination: new CollectorDestination({ url: 'https://collector.example/v1', token: 'a-token', ...effects }),
      received: () => [...collector.events.values()],
    }
  },
  { describe, test },
)
