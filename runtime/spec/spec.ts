/** A checked and compiled connector spec. Durations are milliseconds, sizes are bytes. */
import type { Expression } from '../expression/expression.ts'
import type { Recipe } from '../ports/recipes.ts'
import type { Json } from '../ports/types.ts'
import type { AuthSpec } from './auth-spec.ts'
import type { HttpDestinationSpec } from './http-spec.ts'
import type { PeopleSpec } from './people/people-spec.ts'
import type { SourceFile } from './source-file.ts'
import type { WebhookSpec } from './webhook-spec.ts'

export interface Spec {
  readonly name: string
  readonly source: SourceSpec
  readonly webhook: WebhookSpec
  readonly resources: ReadonlyMap<string, ResourceSpec>
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly delivery: DeliverySpec
  /** Absent: changes are not polled. */
  readonly reconcile?: ReconcileSpec
  readonly destination: DestinationSpec
  readonly mappings: readonly Mapping[]
  /** Mappings with `enabled: false`: shown, never run. */
  readonly disabledMappings: readonly Mapping[]
  readonly profile: ProfileMapping
  readonly people: PeopleSpec
  /** Segments and flows to create at the destination. Every metric they name has an enabled mapping. */
  readonly recipes: readonly Recipe[]
  /** The files it was compiled from. */
  readonly sourceFiles: readonly SourceFile[]
}

export interface WithPermission {
  /** Permission required to fetch it. */
  readonly permission?: string
}

/** The request that identifies the account of one side. */
export interface AccountSpec extends WithPermission {
  readonly request: RequestSpec
  readonly id: Expression
  readonly name?: Expression
  readonly region?: Expression
  /** The account's name in webhooks. Absent: they have that of `id`, or none. */
  readonly inWebhooks?: Expression
  readonly timezone?: Expression
}

export interface SourceSpec extends AuthSpec {
  readonly name: string
  /** By region. The first is the default. */
  readonly hosts: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: number
  /** Identifies the workspace, whose id prefixes every key. */
  readonly workspace: AccountSpec
  readonly rateLimit: RateLimitSpec
  /** The setting that verifies webhooks. */
  readonly signingSecret?: string
}

/** Numbers of requests allowed in intervals. */
export interface RateLimitSpec {
  readonly windows: readonly Window[]
  /** Share of each window that the connector uses; other clients share the account. */
  readonly utilization: number
  /** Response headers with the exact state of the limit. */
  readonly headers?: { readonly limit: string; readonly remaining: string; readonly reset: string }
}

export type Window = { readonly limit: number; readonly interval: number }

/** `{name}` in the path is replaced by the binding of that name, percent-encoded. */
export interface RequestSpec {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: ReadonlyMap<string, Expression>
  readonly body?: Expression
  /** An address from a response, in place of path and query. Its origin must be the API's. */
  readonly url?: string
}

export interface ResourceSpec extends WithPermission {
  readonly name: string
  readonly id: Expression
  /** Earlier ids of the same thing, e.g. of contacts merged into it. */
  readonly aliases?: Expression
  /** The number that people see, where it is not the id. */
  readonly number?: Expression
  /** Converts a webhook's item to the resource as streams yield it. Absent: the two are equal. */
  readonly normalize?: Expression
  readonly topics: ReadonlySet<string>
  /** The lookup whose cached value a webhook about this resource invalidates. */
  readonly invalidates?: string
  readonly parts?: PartsSpec
}

/** The parts of a record, of which the source gives a limited number. */
export interface PartsSpec {
  readonly items: Expression
  /** The source's count of all parts. */
  readonly total: Expression
  /** Time of the oldest part given: those left out are older. */
  readonly oldest?: Expression
}

export interface StreamSpec {
  readonly name: string
  readonly resource: string
  readonly request: RequestSpec
  readonly records: Expression
  /** The cursor of the next page, or with `followsUrls` its address. */
  readonly next: Expression
  readonly followsUrls?: true
  readonly total: Expression
  readonly pageSize: { readonly max: number; readonly min: number }
  /** Fields of the resource that its records do not have. */
  readonly lacks?: readonly string[]
  readonly poll?: PollSpec
}

/** How to read the records of a stream that have changed between `$since` and `$until`. */
export interface PollSpec {
  readonly request: RequestSpec
  readonly updatedAt: Expression
  readonly order: 'oldest-first' | 'newest-first'
}

export interface ReconcileSpec {
  /** Between two passes. Absent: only by command. */
  readonly every?: number
  readonly overlap: number
  readonly lag: number
  /** Of the source's rate limit, 0..1. */
  readonly share: number
}

/** Data fetched for a record and bound as a variable of the lookup's name. */
export interface LookupSpec extends WithPermission {
  readonly name: string
  /** The lookup whose value its key reads, e.g. `contact` for a contact's tags. Absent: the resource. */
  readonly from?: string
  /** Its key or keys. Absent: the mapping provides the key (`contact:`, `fetchFull:`). */
  readonly key?: Expression
  /** Keys that stand for no value, as strings. */
  readonly emptyKeys: ReadonlySet<string>
  readonly ttl: number
  /** One request for a whole small collection. */
  readonly list?: { readonly request: RequestSpec; readonly records: Expression; readonly id: string }
  /** One request for one key. `id` names the member of the value that repeats the key. */
  readonly get?: { readonly request: RequestSpec; readonly value?: Expression; readonly id?: string }
  /** A stream that yields all values, for backfills. */
  readonly preloadFrom?: string
  /** One request for several keys (`$ids`), for backfills. */
  readonly batch?: {
    readonly request: RequestSpec
    readonly records: Expression
    readonly id: string
    readonly size: number
  }
}

export interface DeliverySpec {
  /** A live record delivered later than this after its receipt is sent as history: recorded, starts no flow. */
  readonly liveWindow: number
  /** How long after its time an event waits for its contact's first identifier. 0: not at all. */
  readonly identityWindow: number
  /** Records in flight, by lane. */
  readonly concurrency: { readonly live: number; readonly backfill: number }
  /** A backfill pauses reading while more than this many of its records wait. */
  readonly maxBacklog: number
  /** Retry period of a transient fault; then the record is dead. */
  readonly retryFor: number
  readonly retention: { readonly settled: number; readonly dead: number }
}

export interface DestinationSpec extends AuthSpec {
  readonly name: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: number
  /** Share of each window that the connector uses. */
  readonly utilization: number
  readonly endpoints: Readonly<Record<string, { readonly path: string; readonly windows: readonly Window[] }>>
  readonly limits: Readonly<Record<string, number>>
  /** Number of waiting live events at which the sender switches to the bulk endpoint. */
  readonly bulkThreshold: number
  /** Whether the profile of a person whose address changes takes the new address. */
  readonly moveProfiles: boolean
  /** Prefixes every metric's name. */
  readonly metricPrefix: string
  /** Prefix of property names that the destination gives a meaning. */
  readonly reservedPrefix?: string
  readonly account?: AccountSpec
  /** Whether it takes events that belong to no person. */
  readonly eventsWithoutPerson?: true
  /** Absent: the connector's code sends. */
  readonly http?: HttpDestinationSpec
}

/** Handling of a value that is absent, null or "". */
export type Missing =
  | { readonly action: 'omit' }
  | { readonly action: 'default'; readonly value: Json }
  | { readonly action: 'skip'; readonly reason: string }

export type PropertyType = 'string' | 'number' | 'boolean' | 'list' | 'object'

export interface Property {
  readonly name: string
  readonly expr: Expression
  /** The value is coerced to it; a `list` of one element stays a list. Absent: the value is not coerced. */
  readonly type?: PropertyType
  readonly whenMissing: Missing
  /** Its value is an object, and each member a property of its own: its name replaces the `*` of this one's. */
  readonly isSpread?: true
  readonly doc?: string
}

export type SkipRule = { readonly reason: string; readonly when: Expression }

/** The stream that a backfill reads a metric's history from. */
export interface MappingStream {
  readonly name: string
  /** The lookup that fetches the full resource first, at one request for each record. */
  readonly fetchFull?: string
  /** Time of the newest occurrence that only the full resource holds, read from the partial one. */
  readonly newest?: Expression
  /** Read only when the metric is requested by name. */
  readonly onRequest: boolean
}

export interface Mapping {
  readonly metric: string
  readonly summary: string
  readonly file: string
  readonly resource: string
  readonly topics: ReadonlySet<string>
  readonly stream?: MappingStream
  /** Occurrences, each bound as `$part`. Absent: the resource is the only occurrence. */
  readonly each?: Expression
  /** Condition of each occurrence; unless it is true, the occurrence is not this metric's. */
  readonly when?: Expression
  readonly key: readonly Expression[]
  readonly time: Expression
  /** Key of the lookup `contact`. */
  readonly contact: Expression
  /** Its events belong to no person. */
  readonly isAnonymous?: true
  readonly skip: readonly SkipRule[]
  readonly properties: readonly Property[]
  /** What an event is worth. */
  readonly value?: Expression
  /** The currency of `value`. Absent: that of the destination's account. */
  readonly currency?: Expression
  /** Profile properties that its live events set. */
  readonly profileProperties: readonly Property[]
  /** Lookups that its expressions and the profile need, each after those it depends on. */
  readonly lookups: readonly string[]
}

/** The profile sent with every event. */
export interface ProfileMapping {
  readonly file: string
  readonly resource: string
  readonly topics: ReadonlySet<string>
  readonly skip: readonly SkipRule[]
  /** The destination's own attributes; dotted names nest (`location.city`). */
  readonly attributes: readonly Property[]
  /** Attributes that identify a person, strongest first. */
  readonly identifiers: readonly string[]
  /** When the source last changed the person. Absent: states are applied in the order of their arrival. */
  readonly updatedAt?: Expression
  readonly properties: readonly Property[]
  readonly lookups: readonly string[]
}
