/** Joins a spec, a source, a destination and a store into a connector. Nothing here is global: many fit in one process. */
import pLimit from 'p-limit'
import { runBackfill } from './backfill/backfill.ts'
import { estimateBackfill } from './backfill/estimate.ts'
import { runningBackfill } from './backfill/lease.ts'
import { lastBackfill } from './backfill/progress.ts'
import { currentRunChecker } from './backfill/state.ts'
import type { ProcessIdentity } from './backfill/types.ts'
import type { Connector } from './connector.ts'
import { type DeliverParts, deliver } from './delivery/deliver.ts'
import { runWhileOpen } from './delivery/run-while-open.ts'
import { createSender } from './delivery/sender.ts'
import { runWorker } from './delivery/worker.ts'
import { createHttpClient } from './http/client.ts'
import { type ConnectionStats, createConnectionStats } from './http/connection-stats.ts'
import { createRateLimiter } from './http/rate-limiter.ts'
import { storeWithTransientFaults } from './http/transient-on-throw.ts'
import { onAbort } from './lib/abort.ts'
import { MonotonicClock } from './lib/monotonic-clock.ts'
import { YieldingScheduler } from './lib/yielding-scheduler.ts'
import { compilePlan } from './mapping/compile-plan.ts'
import { createLookups } from './mapping/lookups.ts'
import { previewMapping } from './mapping/preview.ts'
import type { AuthProvider, DeliveryGate } from './ports/auth.ts'
import type { CheckResult } from './ports/check-result.ts'
import type { Destination } from './ports/destination.ts'
import type { Clock, Fetch, Logger, Random } from './ports/effects.ts'
import { Fault } from './ports/fault.ts'
import type { RecipeTarget } from './ports/recipes.ts'
import type { Source } from './ports/source.ts'
import type { Store } from './ports/store.ts'
import type { Lane } from './ports/types.ts'
import { createRecipeBook } from './recipes.ts'
import { createAccountPin } from './source/account-pin.ts'
import { createSourceClient, type SourceClient } from './source/client.ts'
import { receiveWebhook } from './source/receive.ts'
import { createWebhookStats } from './source/webhook-stats.ts'
import type { Spec, Window } from './spec/spec.ts'

export interface CreateConnectorOptions {
  readonly spec: Spec
  readonly source: Source
  readonly destination: Destination
  readonly store: Store
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Default: a process nothing is known of, so that a turn it leaves behind must expire. */
  readonly processIdentity?: ProcessIdentity
  /** Tries credentials and permissions, one by one. */
  readonly runChecks: (client: SourceClient, signal: AbortSignal) => AsyncIterable<CheckResult>
  /** Delivery waits while it is shut. Absent: only until both accounts are pinned. */
  readonly gate?: DeliveryGate
  /** Used before the first delivery, so that the destination's account is pinned by then. Absent: it stays unknown. */
  readonly destinationLogins?: AuthProvider
  /** What can be made of the metrics at the destination, where anything can. */
  readonly workshop?: RecipeTarget
  /** Events of history that the destination takes in a time, where that is known. */
  readonly backfillRateLimit?: Window | undefined
  /** How it goes with the destination, where it is told. */
  readonly destinationTraffic?: () => ConnectionStats
}

const UNKNOWN_PROCESS: ProcessIdentity = { id: 'unnamed.', hasExited: () => false }

/** Enough to fill a batch of lookups while one is on its way. */
const MAPPED_AT_ONCE = 100
/** Half of what the live lane takes in when nothing has piled up. */
const PROFILES_AT_ONCE = 32

export function createConnector(options: CreateConnectorOptions): Connector {
  const { spec, source, destination, store, fetch, clock, random, logger, processIdentity = UNKNOWN_PROCESS } = options
  const closing = new AbortController()
  const { signal } = closing

  const { timeout, rateLimit: limits, name } = spec.source
  const peer = {
    name,
    limiter: createRateLimiter(limits, clock),
    explain: source.explainError,
    json: true,
    ...(limits.headers && { resetHeader: limits.headers.reset }),
  }
  const asked = createConnectionStats(clock)
  const line = asked.watch(name, peer.limiter, createHttpClient({ fetch, clock, random, timeout }, peer))
  const client = createSourceClient(spec.source, { source, store, http: line })

  const came = createWebhookStats(clock)
  const asking = storeWithTransientFaults(store)
  const { gate, destinationLogins } = options
  const logins = { source: source.auth, destination: destinationLogins }
  const accounts = createAccountPin({ client, ...logins, store: asking, gate, clock, logger })
  const crowd = backlogMonitor(spec, store, clock)
  const send = createSender({ destination, clock, signal, hasBacklog: crowd.is })
  const scheduler = new YieldingScheduler()
  const parts: DeliverParts = {
    spec,
    clock,
    random,
    logger,
    loggedFaults: new WeakSet(),
    plan: compilePlan(spec),
    lookups: createLookups({ client, store: asking, clock, signal }),
    delivered: async (key) => (await asking.filterDelivered([key])).has(key),
    mappingConcurrency: { live: pLimit(MAPPED_AT_ONCE), backfill: pLimit(MAPPED_AT_ONCE) },
    yieldTurn: () => scheduler.yield(),
    profileConcurrency: pLimit(PROFILES_AT_ONCE),
    send,
    isCurrentRun: currentRunChecker(asking, clock),
    accounts: { known: accounts.known, pin: () => accounts.pin(signal) },
  }

  const workspace = accounts.read
  const workLane = (lane: Lane, stop: AbortSignal) => runWhileOpen(gate, stop, (end) => workNow(lane, end))

  async function workNow(lane: Lane, stop: AbortSignal): Promise<void> {
    if (!(await accounts.untilPinned(stop))) return
    const { concurrency } = spec.delivery
    await runWorker(
      lane,
      {
        store,
        clock,
        logger,
        deliver: (record) => deliver(record, parts),
        // Under a backlog the live lane takes as many as history does, and sends them in bulk.
        concurrency: () => (lane === 'live' && !crowd.is() ? concurrency.live : concurrency.backfill),
        before: lane === 'live' ? crowd.look : undefined,
      },
      stop,
    )
  }

  return {
    spec,
    store,
    connectionStats: () => ({
      source: asked.snapshot(),
      destination: options.destinationTraffic?.() ?? { limits: [] },
    }),
    receive: (request) =>
      receiveWebhook(request, { spec, store: asking, clock, logger, secrets: source.secrets, stats: came, workspace }),
    webhookStats: came.snapshot,
    gate: accounts.gate,
    work: ({ signal: stop, lanes = ['live', 'backfill'] }) =>
      runAllUntilAborted(
        lanes.map((lane) => (end: AbortSignal) => workLane(lane, end)),
        stop,
      ),
    async *backfill(asked) {
      const why = gate?.pausedReason()
      if (why !== undefined) throw new Fault('config', 'delivery/paused', why)
      const lane = (stop: AbortSignal) => workLane('backfill', stop)
      const flush = () => send.flush('backfill')
      yield* runBackfill(
        { spec, store, client, clock, logger, random, processIdentity, pin: accounts.pin, work: lane, flush },
        asked,
      )
    },
    estimate: ({ signal: stop, ...wanted }) =>
      estimateBackfill(
        { spec, client, clock, historyPace: options.backfillRateLimit },
        { until: clock.now(), ...wanted },
        stop,
      ),
    lastBackfill: () => lastBackfill(store),
    runningBackfill: () => runningBackfill({ store, clock, processIdentity }),
    deliver: (record) => deliver(record, parts),
    preview: (input) => previewMapping(input, { ...parts, destination }),
    check: (stop) => options.runChecks(client, stop),
    ...(options.workshop && { recipes: createRecipeBook({ spec, store, clock, target: options.workshop }) }),
    close: async () => closing.abort(),
  }
}

/** Runs all until the signal aborts. If one fails the others are stopped, end in order, and then its error is thrown. */
async function runAllUntilAborted(
  all: readonly ((stop: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const off = onAbort(signal, () => stop.abort())
  const ends = await Promise.allSettled(
    all.map((one) =>
      one(stop.signal).catch((error: unknown) => {
        stop.abort()
        throw error
      }),
    ),
  )
  off()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Looks at the live backlog now and then, since counting it for every record would cost more than it saves. */
function backlogMonitor({ destination: { bulkThreshold } }: Spec, store: Store, clock: Clock) {
  const time = new MonotonicClock(clock)
  let crowded = false
  let next = 0
  return {
    is: () => crowded,
    async look(): Promise<void> {
      if (time.now() < next) return
      next = time.now() + 250
      crowded = (await store.backlog('live')).records >= bulkThreshold
    },
  }
}
