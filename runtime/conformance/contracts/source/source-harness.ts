/** What a case of the source contract works with. */
import { ConnectionStatsRecorder } from '../../../http/connection-stats.ts'
import type { Clock, Fetch } from '../../../ports/effects.ts'
import type { Source } from '../../../ports/source.ts'
import type { Json } from '../../../ports/types.ts'
import { createSourceClient, createSourceHttp, type SourceClient } from '../../../source/client.ts'
import { receiveWebhook } from '../../../source/receive.ts'
import { UnverifiedBodies } from '../../../source/unverified-bodies.ts'
import { WebhookStatsRecorder } from '../../../source/webhook-stats.ts'
import type { Spec } from '../../../spec/spec.ts'
import { memoryStore } from '../../../store/memory/store.ts'
import { silentLogger } from '../../../system.ts'
import { signatureHeaders, wrapNotification } from '../../signed-webhook.ts'
import { TestNetwork } from '../test-network.ts'

export interface SourceUnderTest {
  readonly source: Source
  /** Its streams and webhooks are read. */
  readonly spec: Spec
  /** Answers requests: a sandbox, a fake, or recorded responses. A few records a stream are enough. */
  readonly fetch: Fetch
  /** Whole notifications of that account, parsed, one or more a topic. */
  readonly notifications: readonly Json[]
  close?(): Promise<void> | void
}

/** Makes a source. `clock`: the API may take the time from it. */
export type SourceFactory = (options: { readonly clock: Clock }) => SourceUnderTest | Promise<SourceUnderTest>

export interface SourceHarness extends Omit<SourceUnderTest, 'fetch' | 'close'> {
  readonly network: TestNetwork
  readonly store: ReturnType<typeof memoryStore>
  readonly client: SourceClient
  /** Posts a notification to the webhook path with these headers of a signature, and resolves to the status. */
  post(notification: string, signature: SignatureHeaders): Promise<number>
  /** The headers that sign a notification, by the first secret or another one. */
  sign(notification: string, secret?: string): Promise<SignatureHeaders>
}

export type SignatureHeaders = Readonly<Record<string, string>>

export async function useSource(make: SourceFactory, run: (harness: SourceHarness) => Promise<void>): Promise<void> {
  const network = new TestNetwork()
  const { clock } = network
  const under = await make({ clock })
  const { source, spec, notifications } = under
  const store = memoryStore({ clock })
  const effects = {
    fetch: network.wrap((request) => under.fetch(request)),
    clock,
    random: () => 0.5,
    logger: silentLogger,
  }
  const stats = new ConnectionStatsRecorder({ side: spec.source.name, clock, logger: silentLogger })
  const http = createSourceHttp(spec.source, source, effects, stats)
  try {
    await run({
      source,
      spec,
      notifications,
      network,
      store,
      client: createSourceClient(spec.source, { source, http, store }),
      async post(notification, signature) {
        const { body, headers: own } = wrapNotification(notification, spec.webhook)
        const headers = { ...own, ...signature }
        const request = new Request(`http://localhost${spec.webhook.path}`, { method: 'POST', body, headers })
        const bodies = new UnverifiedBodies(clock, spec.webhook.maxBodySize)
        const parts = { spec, store, clock, logger: silentLogger, bodies, secrets: () => source.secrets() }
        const stats = new WebhookStatsRecorder(clock)
        const account = async () => ({ id: undefined, inWebhooks: undefined })
        return (await receiveWebhook(request, { ...parts, stats, account })).status
      },
      async sign(notification, secret) {
        const [first = ''] = await source.secrets()
        const { body } = wrapNotification(notification, spec.webhook)
        return signatureHeaders({ body, secret: secret ?? first, now: clock.now() }, spec.webhook.signature)
      },
    })
  } finally {
    await under.close?.()
  }
}
