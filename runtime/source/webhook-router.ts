/** Receives the webhooks of many tenants at one address: verifies each, then stores it with the tenant whose account it names. */

import { asTransientFault } from '../http/transient-faults.ts'
import { asId } from '../lib/json.ts'
import { presentMembers } from '../lib/present-members.ts'
import { Observer } from '../observe/observer.ts'
import type { Clock, Logger, Random } from '../ports/effects.ts'
import type { Observe } from '../ports/observation.ts'
import type { Source } from '../ports/source.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import { systemRandom } from '../system.ts'
import { logRejected } from './log-rejected.ts'
import { type Receive, receiveAny } from './plain-request.ts'
import { type ReceivedNotification, readNotifications } from './read-notifications.ts'
import { type ReceiveNotes, receiveVerified } from './receive.ts'
import { type OpenedNotification, openNotifications, storeNotifications } from './store-notifications.ts'
import { UnverifiedBodies } from './unverified-bodies.ts'
import { type WebhookStats, WebhookStatsRecorder } from './webhook-stats.ts'

/** A tenant that only receives here: another process, or a later slice, delivers from its store. */
export interface ReceivingTenant {
  readonly store: Pick<Store, 'append' | 'readCheckpoint'>
  /** Default: the spec of the router. */
  readonly spec?: Spec | undefined
  /** The host's name of the tenant, for observations. */
  readonly tenant?: string | undefined
}

/** A connector of this process. */
export interface AcceptingTenant {
  /** `observed`: of the request, if the router is observed. */
  accept(received: readonly ReceivedNotification[], notes?: Pick<ReceiveNotes, 'observed'>): Promise<void>
}

export type Tenant = ReceivingTenant | AcceptingTenant

export interface WebhookRouterOptions {
  /** Of all tenants: how a webhook is signed, and where its account is. */
  readonly spec: Spec
  /** Any of these verifies a webhook: of one app that all tenants install. */
  readonly secrets: Source['secrets']
  /**
   * In place of `secrets`, for an app of each tenant: those of the account that a body claims. They verify the body before
   * anything in it is believed, so no tenant can write to the account of another. None: 401.
   */
  readonly secretsOf?: ((account: string) => Promise<readonly string[]>) | undefined
  /** The tenant of an account of the source. Undefined: none has it. Throws: the source sends the webhook again. */
  readonly tenantOf: (account: string) => Tenant | undefined | Promise<Tenant | undefined>
  readonly clock: Clock
  readonly logger: Logger
  /** As of a connector: called with each `received`, and begins the traces that the records keep. */
  readonly observe?: Observe | undefined
  /** For the ids of traces. Default: that of the system. */
  readonly random?: Random
}

/** Since the process began. */
export interface RouterStats extends WebhookStats {
  /** Notifications that were stored with a tenant, or that it ignores. */
  readonly routed: number
  /** Notifications of accounts that no tenant has. */
  readonly unknown: number
}

export interface WebhookRouter {
  /**
   * Answers a webhook as `receive` of a connector does. One of an account that no tenant has is answered 200 and counted:
   * the source would send it again in vain, and may end the webhooks of all tenants of the app.
   */
  readonly route: Receive
  stats(): RouterStats
}

const UNKNOWN = 'no tenant has the account that the webhook is of'

/** Keeps nothing for a tenant. */
export function createWebhookRouter(options: WebhookRouterOptions): WebhookRouter {
  const { spec, clock, logger, secrets } = options
  const recorder = new WebhookStatsRecorder(clock)
  const counts = { routed: 0, unknown: 0 }
  const bodies = new UnverifiedBodies(clock, spec.webhook.maxBodySize)
  const observer = new Observer({ random: systemRandom, ...options })
  const parts = { spec, clock, logger, bodies, secrets, stats: recorder, secretsOf: secretsByClaim(options), observer }

  async function routeOne(one: OpenedNotification, notes: ReceiveNotes): Promise<void> {
    const { workspace, topic } = one.notification
    const tenant = await options.tenantOf(workspace)
    if (tenant === undefined) {
      counts.unknown += 1
      logRejected(UNKNOWN, notes, { topic })
      notes.observed?.note({ outcome: 'ignored', topic })
      return
    }
    if ('accept' in tenant) await tenant.accept([one], notes)
    else await storeFor(tenant, one, notes)
    counts.routed += 1
  }

  async function storeFor(tenant: ReceivingTenant, one: ReceivedNotification, notes: ReceiveNotes): Promise<void> {
    if (tenant.tenant !== undefined) notes.observed?.note({ tenant: tenant.tenant })
    await storeNotifications([one], { ...notes, ...ofStore(tenant, options), account: UNPINNED })
  }

  const receive = (request: Request) =>
    receiveVerified(request, parts, async (received, notes) => {
      for (const one of await openNotifications(received, { ...notes, spec })) await routeOne(one, notes)
    })
  return { route: receiveAny(receive, logger), stats: () => ({ ...recorder.snapshot(), ...counts }) }
}

/** The tenant was found by the account, so its store need not be asked for it: what delivers checks it. */
const UNPINNED = async () => ({ id: undefined, inWebhooks: undefined })

const ofStore = ({ store, spec }: ReceivingTenant, options: WebhookRouterOptions) => ({
  spec: spec ?? options.spec,
  clock: options.clock,
  store: {
    append: (...args: Parameters<typeof store.append>) => guard(() => store.append(...args)),
    readCheckpoint: (name: string) => guard(() => store.readCheckpoint(name)),
  },
})

const guard = <T>(call: () => Promise<T>) => asTransientFault(call, 'store/failed', 'the store failed')

/** None for a batch of several accounts: the secret of one must not verify what is said of another. */
function secretsByClaim({ spec, secretsOf }: WebhookRouterOptions) {
  if (secretsOf === undefined) return undefined
  return async (text: string, headers: Headers): Promise<readonly string[]> => {
    const received = (await readNotifications(text, headers, spec.webhook).catch(() => undefined)) ?? []
    const { workspace } = spec.webhook.envelope
    const claims = await Promise.all(
      received.map(async ({ envelope }) => asId(await workspace?.evaluate(presentMembers(envelope)))),
    )
    const [claimed, ...others] = new Set(claims.filter((claim) => claim !== undefined))
    return claimed === undefined || others.length > 0 ? [] : secretsOf(claimed)
  }
}
