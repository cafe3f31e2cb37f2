/** What a host, or another connector, builds on. Anything not named here may change in any release. */

/** Connections of one tenant: encrypted credentials in the store, refreshed, connected and disconnected by a person. */
export { type Connections, type ConnectionsOptions, createConnections } from './auth/connections.ts'
/** The key that encrypts credentials: from a setting, from a file, or for the life of the process. */
export { ephemeralKey, keyFromBase64, keyFromFile } from './auth/encryption-key.ts'
/** What set-up shows and does, for hosts with pages of their own. */
export type { Setup, SetupView } from './auth/setup.ts'
/** One side as set-up sees it. */
export type { Credentials, Side, SideName } from './auth/side.ts'
export type { EncryptionKey } from './auth/vault.ts'
/** What a backfill would cost. */
export type { Estimate, StreamEstimate } from './backfill/estimate.ts'
/** Who imports, for `assemble`: another process on the store may ask whether this one still runs. */
export type { BackfillOptions, ProcessIdentity, Progress, RunningBackfill, StreamProgress } from './backfill/types.ts'
/** The assembled connector: receive, work, backfill, deliver, preview, check. */
export type { Connector } from './connector.ts'
/** Joins a spec, a source, a destination and a store into a connector. */
export { type CreateConnectorOptions, createConnector } from './create-connector.ts'
/** One compiled expression: how a source or a destination would evaluate a part of its spec. */
export type { Bindings, Expression } from './expression/expression.ts'
/** The functions a connector adds to the expressions of its mappings, one row each. */
export type { Argument, ExpressionFunction, FunctionTable } from './expression/functions.ts'
/** Requests with a budget, a timeout, faults by class and a few tries: what a destination sends with. */
export {
  createHttpClient,
  type HttpClient,
  type HttpParts,
  type MakeRequest,
  type RemoteApi,
  type RequestOptions,
} from './http/client.ts'
/** How it goes with one side: when it last answered, why it last did not, how much is used. */
export type { ConnectionStats, LimitUsage } from './http/connection-stats.ts'
/** How a refusal of the other side becomes a fault. */
export type { ApiResponse, ErrorContext, ExplainError } from './http/error-response.ts'
/** Paces requests within a limit of the other side; everything that counts against it shares one. */
export { createRateLimiter, type RateLimiter } from './http/rate-limiter.ts'
export type { Preview, PreviewInput, PreviewItem } from './mapping/preview.ts'
/** Credentials of requests and the delivery gate: for hosts that hold credentials themselves. */
export {
  type AuthMethod,
  type AuthProvider,
  createStaticAuth,
  type DeliveryGate,
  type RequestAuth,
} from './ports/auth.ts'
/** What the runtime asks of its host. Each can be replaced; `Store` and `Destination` are the ones worth replacing. */
export type { CheckResult } from './ports/check-result.ts'
export type { Destination, SendResult } from './ports/destination.ts'
export type { Clock, Fetch, LogFields, Logger, Random } from './ports/effects.ts'
/** The only error thrown on purpose: `config`, `data`, `transient` or `bug`, with a stable code. */
export { Fault, type FaultDetails, type FaultKind, toFault } from './ports/fault.ts'
/** What a store tells of how things ended. */
export type {
  ActivityBucket,
  ActivityWindow,
  DeadLetterGroup,
  DeadLetterQuery,
  EventQuery,
  LedgerEntry,
  LedgerEvent,
  ReplaySelector,
  Tally,
} from './ports/ledger.ts'
/** What a destination lets us make of the metrics. */
export type { CreatedResource, Dependents, Recipe, RecipeTarget } from './ports/recipes.ts'
export type { ErrorExplanation, Source } from './ports/source.ts'
export type { AppendResult, Backlog, CacheEntry, Checkpoint, LeaseRequest, Retention, Store } from './ports/store.ts'
/** The words of this project: records, messages, outcomes. */
export type {
  Attempt,
  BackfillRun,
  EventResult,
  FaultInfo,
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
} from './ports/types.ts'
/** Segments and flows that can be made of the metrics, and how it stands with each. */
export type { RecipeBook, RecipeState } from './recipes.ts'
/** What `checks` asks the source with. */
export type { SourceClient } from './source/client.ts'
/** When webhooks came last. */
export type { WebhookStats } from './source/webhook-stats.ts'
/** A diagnostic of a spec, and how it prints: place, message, source line, caret. */
export { type Diagnostic, renderDiagnostic } from './spec/diagnostic.ts'
/** From a folder of YAML to a checked, compiled spec, or to every error in it. */
export { type LoadedSpec, type LoadOptions, loadSpec } from './spec/load.ts'
/** Loads what `connector build` wrote, without generating code. */
export { loadBundle, type SpecBundle } from './spec/load-bundle.ts'
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
  WebhookSpec,
  Window,
} from './spec/spec.ts'
/** Where a spec's files come from if not from a folder on disk. */
export type { SpecFiles } from './spec/spec-files.ts'
/** Keeps everything in memory: for tests and trials. `./store/sqlite` is the one that survives a crash. */
export { memoryStore } from './store/memory/store.ts'
/** The machine's own clock, fetch and chance, this process, and a logger that says nothing. */
export { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from './system.ts'
