/** The public API for hosts and other connectors. Anything not exported here may change in any release. */

/** Connections of one tenant: encrypted credentials in the store, refreshed, connected and disconnected by a person. */
export { type Connections, type ConnectionsOptions, createConnections } from './auth/connections.ts'
/** The key that encrypts credentials: from a setting, from a file, or for the life of the process. */
export { ephemeralKey, keyFromBase64, keyFromFile } from './auth/encryption-key.ts'
/** Setup, for hosts with pages of their own. */
export type { Setup, SetupView } from './auth/setup/setup.ts'
/** The source or the destination, as setup configures it. */
export type { Credentials, Side, SideName } from './auth/side.ts'
export type { EncryptionKey } from './auth/vault.ts'
/** The cost of a backfill. */
export type { Estimate, StreamEstimate } from './backfill/estimate.ts'
/** Options and progress of a backfill, and who runs one. */
export type { BackfillOptions, BackfillProgress, RunningBackfill, StreamProgress } from './backfill/types.ts'
/** The assembled connector: receive, work, backfill, deliver, preview, check. */
export type { Connector, WorkOptions, WorkUntilIdleOptions } from './connector.ts'
/** Assembles a connector from a spec, a source, a destination and a store. */
export { type CreateConnectorOptions, createConnector } from './create-connector.ts'
export type { DeliverOptions } from './delivery/deliver-within.ts'
/** Slices of work, for hosts without a process that stays. */
export type { SliceOptions, WorkReport } from './delivery/run-until-idle.ts'
/** The events of a connector as a stream, for a host that feeds them to anything else. */
export type { EventsOptions, StreamedEvent, StreamedMessage, StreamedProfile } from './event-stream/types.ts'
/** A compiled expression, for sources and destinations that evaluate parts of their spec. */
export type { Bindings, Expression } from './expression/expression.ts'
/** The functions a connector adds to the expressions of its mappings, one row each. */
export type { Argument, ExpressionFunction, FunctionTable } from './expression/functions.ts'
/** The state of a connector: healthy, degraded or stopped, and each problem with its effect and action. */
export { HealthMonitor, type HealthMonitorOptions } from './health/health-monitor.ts'
export type { HealthSurroundings } from './health/read-facts.ts'
export type { Effect, Health, HealthAction, HealthState, Problem, ProblemCode } from './health/types.ts'
/** An HTTP client with rate limit, timeout, retries and faults, for destinations. */
export {
  createHttpClient,
  type HttpClient,
  type HttpParts,
  type MakeRequest,
  type RemoteApi,
  type RequestOptions,
} from './http/client.ts'
/** The health of one side: its last success, its last failure, and the use of its rate limits. */
export type { ConnectionStats, LimitUsage } from './http/connection-stats.ts'
/** Turns an error response of a remote API into a fault. */
export type { ApiResponse, ErrorContext, ExplainError } from './http/error-response.ts'
/** Paces requests within one limit of a remote API. Share it among all requests that count against that limit. */
export { createRateLimiter, type RateLimiter } from './http/rate-limiter.ts'
export { newerState } from './lib/contact-state.ts'
/** Why each mapping sends something of a record or nothing, and what each value was read from. */
export type { LookupReading } from './mapping/explain/explain-lookups.ts'
export type { MappingExplanation, OccurrenceExplanation } from './mapping/explain/explain-mapping.ts'
export type { PropertyExplanation } from './mapping/explain/explain-properties.ts'
export type { RecordExplanation } from './mapping/explain/explain-record.ts'
export type { ExpressionReading, FaultReading } from './mapping/explain/read-expression.ts'
export type { AbsentField, PathReading } from './mapping/explain/read-path.ts'
export type { Preview, PreviewInput, PreviewItem } from './mapping/preview.ts'
/** The metrics of a connector, or of many, in the Prometheus text format. */
export {
  METRICS_TYPE,
  type MetricsOptions,
  type MetricsSource,
  metricsText,
  type TenantMetricsSource,
} from './metrics-text.ts'
/** Credentials of requests and the delivery gate: for hosts that hold credentials themselves. */
export {
  type AuthMethod,
  type AuthProvider,
  createStaticAuth,
  type DeliveryGate,
  type RequestAuth,
} from './ports/auth.ts'
/** The interfaces that a host can replace, most usefully `Store` and `Destination`. */
export type { CheckResult } from './ports/check-result.ts'
export type { Destination, FittedMessage, SendResult } from './ports/destination.ts'
export type { Clock, Fetch, LogFields, Logger, ProcessIdentity, Random } from './ports/effects.ts'
export type { EventCounter, EventCountQuery, RecordedEvents } from './ports/event-counter.ts'
/** The search of a store for events. */
export type { EventPosition, EventSearch, FoundEvent } from './ports/event-search.ts'
/** The only error thrown on purpose: `config`, `data`, `transient` or `bug`, with a stable code. */
export { Fault, type FaultDetails, type FaultKind, toFault } from './ports/fault.ts'
/** The ledger of a store. */
export type {
  ActivityBucket,
  ActivityWindow,
  DeadLetterGroup,
  DeadLetterQuery,
  DeliveredDay,
  EventKindFilter,
  EventOrigin,
  EventQuery,
  LedgerEntry,
  LedgerEvent,
  ReplaySelector,
  Tally,
} from './ports/ledger.ts'
export { deliveredKeys } from './ports/ledger.ts'
export type { Ledger, Retention } from './ports/ledger-store.ts'
export {
  OBSERVATION_TYPES,
  type Observation,
  type ObservationType,
  type Observe,
  observationChannel,
} from './ports/observation.ts'
/** Segments and flows that recipes create at the destination. */
export type { CreatedResource, Dependents, Recipe, RecipeTarget } from './ports/recipes.ts'
export type { ErrorExplanation, Source } from './ports/source.ts'
/** Stores for any number of tenants on a SQL database of the host: a Durable Object's, libSQL, or another. */
export type { RunResult, Sql, SqlDialect, SqlStatements, SqlValue } from './ports/sql.ts'
export type {
  AppendResult,
  Backlog,
  Cache,
  CacheEntry,
  Checkpoint,
  HostStore,
  Keys,
  LeaseRequest,
  PipelineStore,
  Queue,
  State,
  Store,
} from './ports/store.ts'
export type { StoreClaim } from './ports/store-claim.ts'
export type { Stores } from './ports/stores.ts'
/** Who works on which tenant, among the processes that share a database. */
export type { TenantClaims } from './ports/tenant-claims.ts'
/** The glossary as types: records, messages, outcomes. */
export type {
  Attempt,
  BackfillRun,
  ContactState,
  Ending,
  EventResult,
  EventSend,
  FaultInfo,
  FieldChange,
  Ingress,
  Json,
  JsonObject,
  Lane,
  LeasedRecord,
  MetricEvent,
  Outcome,
  OutgoingMessage,
  Profile,
  ProfileUpdate,
  Receipt,
  RetryState,
  Settlement,
  SourceRecord,
  WaitReason,
} from './ports/types.ts'
/** The recipes of a spec, and the state of each. */
export type { RecipeBook, RecipeState } from './recipes.ts'
/** The client that checks query the source with. */
export type { SourceClient } from './source/client.ts'
/** Webhook requests of hosts without web-standard ones. */
export type { Receive } from './source/plain-request.ts'
export type { ReceivedNotification } from './source/read-notifications.ts'
export type { PlainBody, PlainHeaders, PlainRequest, PlainResponse } from './source/to-web-request.ts'
/** One webhook address for many tenants. */
export {
  type AcceptingTenant,
  createWebhookRouter,
  type ReceivingTenant,
  type RouterStats,
  type Tenant,
  type WebhookRouter,
  type WebhookRouterOptions,
} from './source/webhook-router.ts'
/** The last webhooks: verified, rejected, probed. */
export type { WebhookStats } from './source/webhook-stats.ts'
/** A diagnostic of a spec, and how it prints: place, message, source line, caret. */
export { type Diagnostic, renderDiagnostic } from './spec/diagnostic.ts'
/** From a folder of YAML to a checked, compiled spec, or to every error in it. */
export { type LoadedSpec, type LoadOptions, loadSpec } from './spec/load.ts'
/** Loads what `connector build` wrote, without parsing it or generating code. */
export { type BundledFile, type LoadBundleOptions, loadBundle, type SpecBundle } from './spec/load-bundle.ts'
/** The text a diagnostic points into. */
export type { SourceFile } from './spec/source-file.ts'
/** The compiled spec, for authors of a source or a destination. */
export type {
  DeliverySpec,
  DestinationSpec,
  LookupSpec,
  Mapping,
  MappingStream,
  Missing,
  ProfileMapping,
  Property,
  PropertyType,
  RateLimitSpec,
  RequestSpec,
  ResourceSpec,
  SkipRule,
  SourceSpec,
  Spec,
  StreamSpec,
  Window,
} from './spec/spec.ts'
/** Where a spec's files come from if not from a folder on disk. */
export type { SpecFiles } from './spec/spec-files.ts'
export { type Overlay, SpecOverlays, type SpecOverlaysOptions } from './spec/spec-overlays.ts'
/** The compiled `webhook` section of a spec. */
export type { EnvelopeSpec, HandshakeSpec, SignatureSpec, WebhookSpec } from './spec/webhook-spec.ts'
/** What an outcome changes in a store, for a store of your own: what is counted, found, kept, and waits. */
export { type AttemptEnd, toAttempt, withAttempt, withOwnDeliveries } from './store/attempt-history.ts'
/** The store in memory, for tests and trials. `./store/sqlite` survives a crash. */
export { memoryStore } from './store/memory/store.ts'
export { memoryStores } from './store/memory/stores.ts'
export {
  type CountedEvent,
  type CountedTime,
  countableEvents,
  countedTime,
  type DeadLetterEntry,
  deadLetterEntries,
  deliveredContacts,
  deliveredDay,
  dismissedOutcome,
  eventLookupIds,
  identifiedContacts,
  oldestHour,
  originOf,
  recordResult,
  scopeOf,
  shouldDropBody,
  startOfDay,
  startOfHour,
  type TallyLine,
  tallyLine,
  toRetryState,
} from './store/outcome-effects.ts'
export { type SqlStoreOptions, type SqlStores, sqlStore } from './store/sql/sql-store.ts'
/** A store for connectors that are kept longer than what one request opens. */
export { storePerCall } from './store/store-per-call.ts'
export {
  endRepeatedWaits,
  type Holder,
  isWaiting,
  type SingleWaits,
  type WaitingEvent,
  waitingEvents,
} from './store/waiting-events.ts'
/** The clock, fetch, randomness and process of the operating system, and a logger that discards all messages. */
export { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from './system.ts'
/** An import that whichever process owns the tenant runs, until it has ended. */
export { cancelImport, type ImportRequest, requestImport } from './tenants/import-request.ts'
/** Claims in memory, for one process. `claims()` of the stores of a database are for many. */
export { type MemoryClaims, memoryClaims } from './tenants/memory-claims.ts'
/** Works for many tenants in fair slices, together with other processes. */
export { type RunTenantsOptions, runTenants } from './tenants/run-tenants.ts'
export type { TenantConnector } from './tenants/tasks.ts'
/** The comparison of the ledger with the events that the destination has recorded. */
export type { DayDifference, MetricComparison, VerifyOptions } from './verify/types.ts'
