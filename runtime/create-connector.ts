/** Joins a spec, a source, a destination and a store into a connector. Nothing here is global: many fit in one process. */
import pLimit from 'p-limit'
import { backfill } from './backfill/backfill.ts'
import { estimate } from './backfill/estimate.ts'
import { importing, type Self } from './backfill/lease.ts'
import { lastImport } from './backfill/progress.ts'
import { currentRuns } from './backfill/state.ts'
import type { Connector } from './connector.ts'
import { type DeliverParts, deliver } from './delivery/deliver.ts'
import { whileOpen } from './delivery/run-while-open.ts'
import { sender } from './delivery/sender.ts'
import { work } from './delivery/worker.ts'
import { http } from './http/client.ts'
import { type SideTraffic, traffic } from './http/connection-stats.ts'
import { budget } from './http/rate-limiter.ts'
import { blameless } from './http/transient-on-throw.ts'
import { onAbort } from './lib/abort.ts'
import { steady } from './lib/monotonic-clock.ts'
import { turns } from './lib/yield-to-event-loop.ts'
import { plan } from './mapping/compile-plan.ts'
import { lookups } from './mapping/lookups.ts'
import { preview } from './mapping/preview.ts'
import type { Gate, Logins } from './ports/auth.ts'
import { Fault } from './ports/fault.ts'
import type { CheckResult, Clock, Destination, Fetch, Logger, Random, Source, Store } from './ports/ports.ts'
import type { Workshop } from './ports/recipes.ts'
import type { Lane } from './ports/types.ts'
import { recipeBook } from './recipes.ts'
import { createAccountPin } from './source/account-pin.ts'
import { type SourceClient, sourceClient } from './source/client.ts'
import { receive } from './source/receive.ts'
import { arrivals } from './source/webhook-stats.ts'
import type { Spec, Window } from './spec/spec.ts'

export interface AssembleOptions {
  readonly spec: Spec
  readonly source: Source
  readonly destination: Destination
  readonly store: Store
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Default: a process nothing is known of, so that a turn it leaves behind must expire. */
  readonly self?: Self
  /** Tries credentials and permissions, one by one. */
  readonly checks: (client: SourceClient, signal: AbortSignal) => AsyncIterable<CheckResult>
  /** Delivery waits while it is shut. Absent: only until both accounts are pinned. */
  readonly gate?: Gate
  /** Used before the first delivery, so that the destination's account is pinned by then. Absent: it stays unknown. */
  readonly destinationLogins?: Logins
  /** What can be made of the metrics at the destination, where anything can. */
  readonly workshop?: Workshop
  /** Events of history that the destination takes in a time, where that is known. */
  readonly historyPace?: Window | undefined
  /** How it goes with the destination, where it is told. */
  readonly destinationTraffic?: () => SideTraffic
}

const NOBODY: Self = { id: 'unnamed.', gone: () => false }

/** Enough to fill a batch of lookups while one is on its way. */
const MAPPED_AT_ONCE = 100
/** Half of what the live lane takes in when nothing has piled up. */
const PROFILES_AT_ONCE = 32

export function assemble(options: AssembleOptions): Connector {
  const { spec, source, destination, store, fetch, clock, random, logger, self = NOBODY } = options
  const closing = new AbortController()
  const { signal } = closing

  const { timeout, budget: limits, name } = spec.source
  const peer = {
    name,
    budget: budget(limits, clock),
    explain: source.explain,
    json: true,
    ...(limits.headers && { resetHeader: limits.headers.reset }),
  }
  const asked = traffic(clock)
  const line = asked.watch(name, peer.budget, http({ fetch, clock, random, timeout }, peer))
  const client = sourceClient(spec.source, { source, store, http: line })

  const came = arrivals(clock)
  const asking = blameless(store)
  const { gate, destinationLogins } = options
  const logins = { source: source.logins, destination: destinationLogins }
  const accounts = createAccountPin({ client, ...logins, store: asking, gate, clock, logger })
  const crowd = crowding(spec, store, clock)
  const send = sender({ destination, clock, signal, crowded: crowd.is })
  const parts: DeliverParts = {
    spec,
    clock,
    random,
    logger,
    told: new WeakSet(),
    plan: plan(spec),
    lookups: lookups({ client, store: asking, clock, signal }),
    delivered: async (key) => (await asking.delivered([key])).has(key),
    gate: { live: pLimit(MAPPED_AT_ONCE), backfill: pLimit(MAPPED_AT_ONCE) },
    turn: turns(),
    profiles: pLimit(PROFILES_AT_ONCE),
    send,
    isCurrentRun: currentRuns(asking, clock),
    accounts: { known: accounts.known, pin: () => accounts.pin(signal) },
  }

  const workspace = accounts.read
  const workLane = (lane: Lane, stop: AbortSignal) => whileOpen(gate, stop, (end) => workNow(lane, end))

  async function workNow(lane: Lane, stop: AbortSignal): Promise<void> {
    if (!(await accounts.untilPinned(stop))) return
    const { concurrency } = spec.delivery
    await work(
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
    traffic: () => ({ source: asked.side(), destination: options.destinationTraffic?.() ?? { limits: [] } }),
    receive: (request) =>
      receive(request, { spec, store: asking, clock, logger, secrets: source.secrets, arrivals: came, workspace }),
    arrivals: came.seen,
    gate: accounts.gate,
    work: ({ signal: stop, lanes = ['live', 'backfill'] }) =>
      together(
        lanes.map((lane) => (end: AbortSignal) => workLane(lane, end)),
        stop,
      ),
    async *backfill(asked) {
      const why = gate?.shut()
      if (why !== undefined) throw new Fault('config', 'account/shut', why)
      const lane = (stop: AbortSignal) => workLane('backfill', stop)
      const flush = () => send.flush('backfill')
      yield* backfill({ spec, store, client, clock, logger, random, self, pin: accounts.pin, work: lane, flush }, asked)
    },
    estimate: ({ signal: stop, ...wanted }) =>
      estimate({ spec, client, clock, historyPace: options.historyPace }, { until: clock.now(), ...wanted }, stop),
    lastBackfill: () => lastImport(store),
    importing: () => importing({ store, clock, self }),
    deliver: (record) => deliver(record, parts),
    preview: (input) => preview(input, { ...parts, destination }),
    check: (stop) => options.checks(client, stop),
    ...(options.workshop && { recipes: recipeBook({ spec, store, clock, workshop: options.workshop }) }),
    close: async () => closing.abort(),
  }
}

/** Runs all until the signal aborts. If one fails the others are stopped, end in order, and then its error is thrown. */
async function together(all: readonly ((stop: AbortSignal) => Promise<void>)[], signal: AbortSignal): Promise<void> {
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
function crowding({ destination: { bulkFrom } }: Spec, store: Store, clock: Clock) {
  const time = steady(clock)
  let crowded = false
  let next = 0
  return {
    is: () => crowded,
    async look(): Promise<void> {
      if (time.now() < next) return
      next = time.now() + 250
      crowded = (await store.backlog('live')).records >= bulkFrom
    },
  }
}
