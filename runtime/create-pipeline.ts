/** Receives webhooks and delivers their events: the part of a connector that a host at the edge bundles, without imports and polls. */
import { CurrentRunChecker } from './backfill/current-run-checker.ts'
import type { Pipeline, WorkOptions, WorkUntilIdleOptions } from './connector.ts'
import { BacklogMonitor } from './delivery/backlog-monitor.ts'
import { countCoverage } from './delivery/count-coverage.ts'
import { createDeliveryLimits, type DeliverParts, deliver } from './delivery/deliver.ts'
import { createDeliverBySpec } from './delivery/deliver-by-spec.ts'
import { type DeliverOptions, deliverWithin } from './delivery/deliver-within.ts'
import { FirstSends } from './delivery/first-sends.ts'
import { AttemptObserver } from './delivery/observe-attempts.ts'
import { SendObserver } from './delivery/observe-sends.ts'
import { pinWithKey } from './delivery/pin-with-key.ts'
import { ProfileIds } from './delivery/profile-ids.ts'
import { type LaneParts, runLanes } from './delivery/run-lanes.ts'
import { runUntilIdle } from './delivery/run-until-idle.ts'
import { MessageSender } from './delivery/sender.ts'
import { SetterTurns } from './delivery/set-properties.ts'
import { type ConnectionStats, ConnectionStatsRecorder } from './http/connection-stats.ts'
import { storeWithTransientFaults } from './http/transient-faults.ts'
import { completeStore } from './lib/complete-store.ts'
import { extend } from './lib/extend.ts'
import { compilePlan } from './mapping/compile-plan.ts'
import { createLookups } from './mapping/lookups.ts'
import { ContactStates } from './mapping/person/contact-states.ts'
import { createDeletionState, withdrawConfirmation } from './mapping/person/deletion-state.ts'
import { knownPeopleOf } from './mapping/person/only-known.ts'
import { PersonHasher } from './mapping/person/person-hasher.ts'
import { Observer } from './observe/observer.ts'
import type { AuthProvider, DeliveryGate } from './ports/auth.ts'
import type { Destination } from './ports/destination.ts'
import type { Clock, Fetch, Logger, ProcessIdentity, Random } from './ports/effects.ts'
import { toFault } from './ports/fault.ts'
import { deliveredKeys } from './ports/ledger.ts'
import type { Observe } from './ports/observation.ts'
import type { Source } from './ports/source.ts'
import type { HostStore } from './ports/store.ts'
import { LANES, type Outcome, type SourceRecord } from './ports/types.ts'
import { adoptSpec } from './running-spec/running-spec.ts'
import { AccountPin, type NamedAccounts } from './source/account-pin.ts'
import { createSourceClient, createSourceHttp, type SourceClient } from './source/client.ts'
import { LiveSinceReader } from './source/live-since.ts'
import { observeReceive } from './source/observe-receive.ts'
import { receiveAny } from './source/plain-request.ts'
import { type ReceiveParts, receiveWebhook, reportMisdirected } from './source/receive.ts'
import { SourceClock } from './source/source-clock.ts'
import { storeNotifications } from './source/store-notifications.ts'
import { UnverifiedBodies } from './source/unverified-bodies.ts'
import { parseSecrets } from './source/verify-signature.ts'
import { webhookStatsOf } from './source/webhook-stats.ts'
import type { Spec } from './spec/spec.ts'

export interface CreatePipelineOptions {
  readonly spec: Spec
  readonly source: Source
  readonly destination: Destination
  /** Without a ledger it counts and lists nothing. */
  readonly store: HostStore
  /** Answers the requests to the source in place of its API: for cases and recordings. Default: HTTP by `fetch`. */
  readonly client?: SourceClient
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Default: an unknown process, whose locks must expire after a crash. */
  readonly processIdentity?: ProcessIdentity
  /** Pauses delivery while it is shut. Absent: delivery waits only until both accounts are pinned. */
  readonly gate?: DeliveryGate
  /** The accounts that the host names. Default: both sides are asked before the first delivery. */
  readonly pinned?: NamedAccounts | undefined
  /** Pins the destination's account before the first delivery. Absent: the account stays unknown. */
  readonly destinationAuth?: AuthProvider
  readonly destinationStats?: () => ConnectionStats
  /** Metrics whose new keys may count delivered events again. Default: none, and a changed key ends `work`. */
  readonly acceptNewKeys?: readonly string[]
  /** Called with each observation: what is received, mapped, sent and settled, and how long it takes. */
  readonly observe?: Observe | undefined
  /** The host's name of the tenant, for observations. */
  readonly tenant?: string | undefined
}

/** The store as receiving and delivering see it: its unexpected errors arrive as transient faults. */
export type GuardedStore = ReturnType<typeof storeWithTransientFaults>

const UNKNOWN_PROCESS: ProcessIdentity = { id: 'unnamed.', hasExited: () => false }

/** The pipeline, and the parts of it that imports, polls and previews share. */
export function createPipeline(given: CreatePipelineOptions) {
  const options = extend(given, { store: completeStore(given.store) })
  const { spec, source, store, clock, logger, processIdentity = UNKNOWN_PROCESS } = options
  const closing = new AbortController()
  const guarded = storeWithTransientFaults(store)
  const observer = new Observer(options)
  const sourceClock = new SourceClock(clock, logger)
  const sourceTime = () => sourceClock.now()
  const { client, accounts, sourceStats } = createSourceAccess(options, guarded, sourceClock.observe(options.fetch))
  const shared: Omit<DeliveryInput, 'accounts'> = { client, guarded, sourceTime, observer, signal: closing.signal }
  const { parts, laneParts, sender, attempts } = createDelivery(options, { ...shared, accounts })
  const webhookStats = webhookStatsOf(store, clock)
  const bodies = new UnverifiedBodies(clock, spec.webhook.maxBodySize)
  const webhook = {
    spec,
    account: () => accounts.readNames(),
    store: guarded,
    clock,
    logger,
    bodies,
    secrets: source.secrets,
    stats: webhookStats,
    observer,
  }
  const adopt = adoptOnce(() => adoptSpec({ spec, store, clock, logger, processIdentity }, options))

  const pipeline: Pipeline = {
    spec,
    store,
    connectionStats: () => ({
      source: sourceStats.snapshot(),
      destination: options.destinationStats?.() ?? { limits: [] },
    }),
    receive: receiveAny((request) => receiveWebhook(request, webhook), logger),
    accept: createAccept(extend(webhook, { tenant: options.tenant })),
    reportMisdirected: (path) => reportMisdirected(path, webhook),
    acceptsWebhooks: async () => parseSecrets(await source.secrets()).length > 0,
    webhookStats: () => webhookStats.snapshot(),
    gate: accounts.gate,
    adoptSpec: adopt,
    work: createWork(extend(laneParts, { observer }), async () => {
      await adopt()
      await withdrawConfirmation(spec, guarded)
    }),
    deliver: (record, limits = {}) =>
      deliverForHost(record, { ...parts, coverage: undefined, sender, attempts, limits }, guarded),
    ...(parts.deletions && { deletions: parts.deletions }),
    async close() {
      closing.abort()
      observer.flush()
    },
  }
  return { pipeline, parts, laneParts, sender, accounts, processIdentity, shared }
}

/** A webhook that a router has verified: observed by the router, or else here. */
function createAccept(parts: ReceiveParts & { readonly tenant: string | undefined }): Pipeline['accept'] {
  const { tenant } = parts
  return async (received, notes) => {
    const own = notes?.observed === undefined ? observeReceive({ headers: new Headers() }, parts) : undefined
    const observed = notes?.observed ?? own
    if (tenant !== undefined) observed?.note({ tenant })
    try {
      await storeNotifications(received, { ...parts, observed })
      own?.end(200)
    } catch (error) {
      own?.note({ outcome: 'failed', reason: toFault(error).code })
      own?.end(503)
      throw error
    }
  }
}

function createWork(
  { observer, ...parts }: LaneParts & { readonly observer: Observer },
  prepare: () => Promise<void>,
): Pipeline['work'] {
  const work = async (options: WorkOptions | WorkUntilIdleOptions) => {
    const { lanes = LANES } = options
    await prepare()
    try {
      return await (options.until === 'idle'
        ? runUntilIdle(lanes, parts, options)
        : runLanes(lanes, parts, options.signal))
    } finally {
      // The platform of a slice may freeze the process next.
      observer.flush()
    }
  }
  return work as Pipeline['work']
}

/** Once for each connector: it has one spec. After a failure the next call tries again. */
function adoptOnce(adopt: () => Promise<void>): () => Promise<void> {
  let adopting: Promise<void> | undefined
  return () => {
    adopting ??= adopt().catch((error: unknown) => {
      adopting = undefined
      throw error
    })
    return adopting
  }
}

interface HostDeliverParts extends DeliverParts {
  readonly sender: MessageSender
  readonly attempts: AttemptObserver
  readonly limits: DeliverOptions
}

/** A host with a queue of its own settles nothing in the store. */
async function deliverForHost(
  record: SourceRecord,
  { attempts, limits, ...parts }: HostDeliverParts,
  store: GuardedStore,
): Promise<Outcome> {
  const { clock } = parts
  const outcome = await attempts.run(record, clock.now(), () => deliverWithin(record, parts, limits))
  attempts.end(record, outcome, clock.now())
  const keys = deliveredKeys(outcome)
  if (keys.length > 0) await store.forgetSends(keys)
  return outcome
}

/** The source's client, its statistics, and the pin that holds the store to one account of each side. */
function createSourceAccess(options: CreatePipelineOptions, guarded: GuardedStore, fetch: Fetch) {
  const { spec, source, store, clock, random, logger } = options
  const sourceStats = new ConnectionStatsRecorder({ side: spec.source.name, clock, logger })
  const http = createSourceHttp(spec.source, source, { fetch, clock, random }, sourceStats)
  const client = options.client ?? createSourceClient(spec.source, { source, store, http })
  return { client, accounts: createAccountPin(options, client, guarded), sourceStats }
}

export function createAccountPin(
  options: Omit<CreatePipelineOptions, 'destination' | 'store'>,
  client: SourceClient,
  guarded: GuardedStore,
): AccountPin {
  const { spec, source, destinationAuth, gate, clock, logger } = options
  const auth = { source: source.auth, destination: destinationAuth }
  const hasNameInWebhooks = spec.source.workspace.inWebhooks !== undefined
  const names = { workspace: spec.source.name, account: spec.destination.name }
  const pinned = { names, client, hasNameInWebhooks, store: guarded, gate, clock, logger }
  return new AccountPin({ ...extend(pinned, auth), ...options.pinned })
}

export interface DeliveryInput {
  readonly client: SourceClient
  readonly accounts: AccountPin
  readonly guarded: GuardedStore
  readonly sourceTime: () => number
  readonly observer: Observer
  readonly signal: AbortSignal
}

/** The path of one record, from lease to settlement, and the lanes that run it. */
export function createDelivery(options: CreatePipelineOptions, input: DeliveryInput) {
  const { client, accounts, guarded, sourceTime, observer, signal } = input
  const { spec, destination, store, clock, random, logger, gate } = options
  const backlog = new BacklogMonitor(store, spec.destination.bulkThreshold, clock)
  const hasBacklog = () => backlog.isHigh()
  const firstSends = new FirstSends(guarded, spec)
  const observed = new SendObserver(spec.destination.name, observer)
  const attempts = new AttemptObserver(observer)
  const sender = new MessageSender({ destination, clock, signal, hasBacklog, firstSends, observed })
  const runs = new CurrentRunChecker(guarded, clock)
  const liveSince = new LiveSinceReader(guarded)
  const hasher = new PersonHasher(guarded)
  const deletions = createDeletionState(spec, { deletion: destination.deletion, store: guarded, clock, signal })
  const coverage = countCoverage({ spec, store: guarded, clock, logger })
  const parts: DeliverParts = {
    spec,
    coverage,
    clock,
    sourceTime,
    random,
    logger,
    loggedFaults: new WeakSet(),
    plan: compilePlan(spec),
    lookups: createLookups({ client, store: guarded, clock, signal }),
    filterDelivered: (keys) => guarded.filterDelivered(keys),
    filterWaiting: (keys) => guarded.filterWaiting(keys),
    isQueued: (...args) => guarded.isQueued(...args),
    liveSince: (mapping) => liveSince.read(mapping),
    firstWebhookAt: () => liveSince.readFirst(spec),
    contacts: new ContactStates(guarded),
    contactsSharing: (contact, limit) => guarded.contactsSharing(contact, limit),
    moveSends: (...args) => guarded.moveSends(...args),
    readSends: (keys) => guarded.readSends(keys),
    setterTurns: new SetterTurns(),
    profileIds: new ProfileIds({ spec, sender, hasBacklog, clock, logger }),
    sender,
    ...(deletions && { deletions, isDeleted: (contact) => deletions.isDeleted(contact) }),
    ...knownPeopleOf(spec, { destination, store: guarded, clock, signal }),
    isCurrentRun: (run) => runs.isCurrent(run),
    hashPerson: (identifier) => hasher.hash(identifier),
    accounts: pinWithKey(accounts, hasher, signal),
    ...createDeliveryLimits(),
  }
  const work = { spec, store, clock, logger, gate, accounts, backlog }
  const deliverBySpec = createDeliverBySpec({
    attempts,
    deliver: (record, onMapped) => deliver(record, parts, onMapped),
    ...work,
  })
  const laneParts: LaneParts = {
    deliver: deliverBySpec,
    onSettled: (record, outcome) => attempts.end(record, outcome, clock.now()),
    onEnd: () => coverage.write(),
    flush: (lane) => sender.flush(lane),
    ...work,
  }
  return { parts, laneParts, sender, attempts }
}
