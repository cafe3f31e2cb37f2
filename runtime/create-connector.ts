/** Joins a spec, a source, a destination and a store into a connector. Nothing here is global: many fit in one process. */
import { runBackfill } from './backfill/backfill.ts'
import { estimateBackfill } from './backfill/estimate.ts'
import { runningBackfill } from './backfill/lock.ts'
import { lastBackfill, listRuns } from './backfill/progress.ts'
import type { Connector, WorkOptions, WorkUntilIdleOptions } from './connector.ts'
import { createEvents } from './create-events.ts'
import { type CreatePipelineOptions, createPipeline } from './create-pipeline.ts'
import { runLane } from './delivery/run-lanes.ts'
import { DeliveryRoute } from './event-stream/delivery-route.ts'
import { NO_DESTINATION } from './event-stream/no-destination.ts'
import { untilAborted } from './lib/abort.ts'
import { extend } from './lib/extend.ts'
import { onFirstUse } from './lib/on-first-use.ts'
import { previewMapping } from './mapping/preview.ts'
import { previewRecent } from './mapping/preview-recent.ts'
import { MetricIds, type MetricIdsParts } from './metric-ids.ts'
import { generateObserved, runObserved } from './observe/scope.ts'
import type { DeliveryGate } from './ports/auth.ts'
import type { CheckResult } from './ports/check-result.ts'
import type { Destination } from './ports/destination.ts'
import type { EventCounter } from './ports/event-counter.ts'
import { Fault } from './ports/fault.ts'
import type { RecipeTarget } from './ports/recipes.ts'
import type { Sunset } from './ports/sunset.ts'
import { createRecipeBook } from './recipes.ts'
import { pollChanges, reconcileOnce } from './reconcile/poller.ts'
import { readReconcileState } from './reconcile/state.ts'
import type { SourceClient } from './source/client.ts'
import type { Window } from './spec/spec.ts'
import { verifyDeliveries } from './verify/verify.ts'

export interface CreateConnectorOptions extends Omit<CreatePipelineOptions, 'destination'> {
  /** Absent: `events` is the only way for its events, and `work` throws a config `Fault`. */
  readonly destination?: Destination
  /** Checks credentials and permissions, one by one. */
  readonly runChecks: (client: SourceClient, signal: AbortSignal) => AsyncIterable<CheckResult>
  /** Creates segments and flows at the destination. */
  readonly recipeTarget?: RecipeTarget
  /** Counts the events that the destination has recorded. */
  readonly eventCounter?: EventCounter
  /** Events of history that the destination accepts, where that is known. */
  readonly backfillRateLimit?: Window | undefined
  /** What the vendors end, and when, such as a revision of an API. */
  readonly sunsets?: () => readonly Sunset[]
}

export function createConnector(options: CreateConnectorOptions): Connector {
  const { spec, clock, random, logger, gate } = options
  const { recipeTarget, eventCounter: counter, backfillRateLimit } = options
  const both = hasDestination(options) ? options : { ...options, destination: NO_DESTINATION }
  const { destination } = both
  const { pipeline, parts, laneParts, sender, accounts, processIdentity, shared } = createPipeline(both)
  const { store } = pipeline
  const { client, sourceTime, observer } = shared
  const events = onFirstUse(() => createEvents({ ...both, store }, { ...shared, adoptSpec: pipeline.adoptSpec }))
  const route = new DeliveryRoute()
  if (options.destination === undefined) route.take('events')
  const pin = (signal: AbortSignal) => (route.isEvents ? events().pin(signal) : accounts.pin(signal))
  const reading = { spec, store, client, clock, sourceTime, logger, processIdentity, pin }
  const reconcileParts = extend(reading, {
    lookups: parts.lookups,
    gate: gateOf(() => (route.isEvents ? events().gate : accounts.gate)),
    observer,
  })

  const { receive, accept, acceptsWebhooks, reportMisdirected, webhookStats, connectionStats } = pipeline
  const { adoptSpec, deliver, deletions, close } = pipeline
  return {
    work: ((workOptions: WorkOptions & WorkUntilIdleOptions) => {
      route.take('destination')
      return pipeline.work(workOptions)
    }) as Connector['work'],
    events(eventsOptions) {
      const stream = events().read(eventsOptions)
      route.take('events')
      return stream
    },
    async *backfill(backfillOptions) {
      if (!route.isEvents) route.take('destination')
      const reason = route.isEvents ? undefined : gate?.pausedReason()
      if (reason !== undefined) throw new Fault('config', 'delivery/paused', reason)
      await pipeline.adoptSpec()
      // The consumer of events delivers what is read.
      const work = (signal: AbortSignal) =>
        route.isEvents ? untilAborted(signal) : runLane('backfill', laneParts, signal)
      const flush = () => sender.flush('backfill')
      yield* generateObserved(observer, runBackfill({ ...reading, random, work, flush }, backfillOptions))
    },
    estimate: ({ signal, ...run }) =>
      runObserved(observer, () =>
        estimateBackfill({ spec, client, clock, backfillRateLimit }, { until: clock.now(), ...run }, signal),
      ),
    lastBackfill: () => lastBackfill(store),
    listRuns: () => listRuns(store),
    runningBackfill: () => runningBackfill({ store, clock, processIdentity }),
    reconcile: (reconcileOptions) => reconcileOnce(reconcileParts, reconcileOptions),
    pollChanges: ({ signal }) => pollChanges(reconcileParts, signal),
    lastReconcile: async () => (await readReconcileState(store)).last,
    preview: (input) => previewMapping(input, { ...parts, destination }),
    previewRecent: ({ signal }) =>
      runObserved(observer, () => previewRecent({ ...parts, destination, client }, signal)),
    peekLookup: (lookup, key) => parts.lookups.peek(lookup, key),
    check: (signal) => options.runChecks(client, signal),
    ...(counter && { verify: (verifyOptions) => verifyDeliveries({ spec, store, counter, clock }, verifyOptions) }),
    ...(recipeTarget && {
      recipes: createRecipeBook({ spec, store, clock, target: recipeTarget }),
      findMetricId: metricIdFinder({ ...options, target: recipeTarget, store }),
    }),
    // Not by a spread of the pipeline at the beginning: see `extend`.
    ...{ spec, store, gate: pipeline.gate, adoptSpec, deliver, ...(deletions && { deletions }), close },
    ...{ receive, accept, acceptsWebhooks, reportMisdirected, webhookStats, connectionStats },
    ...(options.sunsets && { sunsets: options.sunsets }),
  }
}

const hasDestination = (options: CreateConnectorOptions): options is CreateConnectorOptions & CreatePipelineOptions =>
  options.destination !== undefined

function metricIdFinder(
  parts: Pick<CreateConnectorOptions, 'spec' | 'clock' | 'gate'> & Pick<MetricIdsParts, 'target' | 'store'>,
) {
  const metrics = parts.spec.mappings.map(({ metric }) => metric)
  const prefix = parts.spec.destination.metricPrefix
  const ids = new MetricIds({ ...parts, metrics, prefix, pausedReason: () => parts.gate?.pausedReason() })
  return (metric: string, signal: AbortSignal) => ids.find(metric, signal)
}

/** The gate of whatever delivers now: a consumer of events waits for the source alone. */
function gateOf(current: () => DeliveryGate): DeliveryGate {
  return {
    pausedReason: () => current().pausedReason(),
    waitForChange: (signal) => current().waitForChange(signal),
    check: async () => current().check?.(),
  }
}
