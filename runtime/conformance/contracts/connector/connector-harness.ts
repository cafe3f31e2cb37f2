/** What a case of the invariants works with: a whole connector on a virtual clock, both APIs behind a recorded network. */
import type { Connector } from '../../../connector.ts'
import type { LogFields, Logger } from '../../../ports/effects.ts'
import type { Json } from '../../../ports/types.ts'
import { buildChangedRecord, openEnvelope } from '../../../source/envelope.ts'
import { signedWebhook } from '../../signed-webhook.ts'
import type { ReceivedEvent } from '../destination/destination-harness.ts'
import { type NetworkOptions, TestNetwork } from '../test-network.ts'

export interface ConnectorUnderTest {
  readonly connector: Connector
  /** Signs its webhooks. */
  readonly secret: string
  /** The events that the destination counts, oldest first. */
  received(): readonly ReceivedEvent[] | Promise<readonly ReceivedEvent[]>
  close?(): Promise<void> | void
}

export interface ConnectorFactoryOptions extends NetworkOptions {
  /** Records what the connector logs. */
  readonly logger: Logger
}

/** Makes a connector with an empty store. */
export type ConnectorFactory = (options: ConnectorFactoryOptions) => ConnectorUnderTest | Promise<ConnectorUnderTest>

/** One thing that happened at the source, as each ingress brings it. */
export interface RecordedCase {
  readonly name: string
  /** The whole notification. */
  readonly notification: Json
  readonly stream: string
  /** The same, as an item of the stream. */
  readonly item: Json
}

export interface ConnectorHarness extends Pick<ConnectorUnderTest, 'connector'> {
  readonly network: TestNetwork
  /** Log lines so far. */
  readonly log: readonly string[]
  received(): Promise<readonly ReceivedEvent[]>
  /** Posts the notification, signed, and delivers it. Resolves to the status. */
  notify(notification: Json): Promise<number>
  /** Queues the item as a reconciling poll does, and delivers it. */
  pollItem(one: RecordedCase): Promise<void>
  /** Delivers for some seconds. */
  work(): Promise<void>
}

/** Longer than all retries in process. Milliseconds. */
const WORK = 60_000

export async function useConnector(
  make: ConnectorFactory,
  run: (harness: ConnectorHarness) => Promise<void>,
): Promise<void> {
  const network = new TestNetwork()
  const { clock } = network
  const log: string[] = []
  let polls = 0
  const line = (level: string) => (message: string, fields?: LogFields) =>
    void log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const under = await make({ clock, logger, wrap: (fetch) => network.wrap(fetch) })
  const { connector, secret } = under
  const { spec, store } = connector
  const work = async () => {
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    await clock.advance(WORK)
    stop.abort()
    await network.run(working)
  }
  try {
    await run({
      connector,
      network,
      log,
      received: async () => under.received(),
      work,
      async notify(notification) {
        const webhook = signedWebhook(
          { notification: JSON.stringify(notification), secret, now: clock.now() },
          spec.webhook,
        )
        const { status } = await network.run(connector.receive(webhook))
        await work()
        return status
      },
      async pollItem({ stream, item, notification }) {
        const resource = spec.resources.get(spec.streams.get(stream)?.resource ?? '')
        if (resource === undefined) throw new Error(`the spec has no stream ${stream}`)
        const { workspace } = await openEnvelope(notification, spec)
        // Another version each time, as after a change that concerns no event.
        const version = { updatedAt: clock.now(), rereadAt: ++polls }
        await store.append([await buildChangedRecord(item, { stream, resource, workspace }, version, clock.now())])
        await work()
      },
    })
  } finally {
    await network.run(connector.close())
    await store.close()
    await under.close?.()
  }
}
