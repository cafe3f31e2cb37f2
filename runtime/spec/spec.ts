/** A checked and compiled connector spec: what `flow` runs. Durations are milliseconds, sizes bytes. */
import type { Expression } from '../expression/expression.ts'
import type { Recipe } from '../ports/recipes.ts'
import type { Json } from '../ports/types.ts'
import type { AccountSpec, AuthSpec, WithPermission } from './compile/auth.ts'
import type { ProfileMapping } from './profile-mapping.ts'
import type { SourceFile } from './source-file.ts'

export interface Spec {
  readonly name: string
  readonly source: SourceSpec
  readonly webhook: WebhookSpec
  readonly resources: ReadonlyMap<string, ResourceSpec>
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly delivery: DeliverySpec
  readonly destination: DestinationSpec
  readonly mappings: readonly Mapping[]
  /** Those with `enabled: false`: shown, never asked. */
  readonly disabledMappings: readonly Mapping[]
  readonly profile: ProfileMapping
  /** What can be made of the metrics at the destination. */
  readonly recipes: readonly Recipe[]
  /** The text it was made from, for those who show it. */
  readonly sourceFiles: readonly SourceFile[]
}

export interface SourceSpec extends AuthSpec {
  readonly name: string
  /** By region. The first is the default. */
  readonly hosts: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: number
  /** Where the account's id is learned: it prefixes every key. */
  readonly workspace: AccountSpec
  readonly rateLimit: RateLimitSpec
}

/** How many requests are allowed in which time. */
export interface RateLimitSpec {
  readonly windows: readonly Window[]
  /** The part of each window we take: others use the account too. */
  readonly utilization: number
  /** Answer headers that say more exactly what is left. */
  readonly headers?: { readonly limit: string; readonly remaining: string; readonly reset: string }
}

export type Window = { readonly limit: number; readonly interval: number }

/** `{name}` in the path is replaced by the binding of that name, percent-encoded. */
export interface RequestSpec {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: ReadonlyMap<string, Expression>
  readonly body?: Expression
}

export interface WebhookSpec {
  readonly path: string
  readonly maxBodySize: number
  /** HMAC over the raw body, hex, after `prefix`. */
  readonly signature: { readonly header: string; readonly algorithm: 'sha1' | 'sha256'; readonly prefix: string }
  readonly envelope: {
    readonly id: Expression
    readonly topic: Expression
    readonly workspace: Expression
    /** When the notification was made; bound as `$notification.created_at`. */
    readonly time: Expression
    readonly item: Expression
  }
  /** Topics answered 200 and not stored. */
  readonly ignoredTopics: ReadonlySet<string>
  /** Where the source tells that we were removed. */
  readonly uninstall?: { readonly path: string; readonly workspace: Expression }
}

export interface ResourceSpec extends WithPermission {
  readonly name: string
  readonly id: Expression
  /** From a webhook's item to the resource as streams give it. Absent: they are the same. */
  readonly normalize?: Expression
  readonly topics: ReadonlySet<string>
  /** Lookups whose cached value a webhook about this resource makes stale. */
  readonly invalidates?: string
}

export interface StreamSpec {
  readonly name: string
  readonly resource: string
  readonly request: RequestSpec
  readonly records: Expression
  readonly next: Expression
  readonly total: Expression
  readonly pageSize: { readonly max: number; readonly min: number }
}

/** A further thing fetched for a record and bound under the lookup's name. */
export interface LookupSpec extends WithPermission {
  readonly name: string
  /** Bound `$name` it is worked out from; absent: the resource itself. E.g. `contact` for a contact's tags. */
  readonly from?: string
  /** Its key or keys. Absent: the mapping names it (`contact:`, `detail:`). */
  readonly key?: Expression
  /** Keys that mean nobody, as strings. */
  readonly emptyKeys: ReadonlySet<string>
  readonly ttl: number
  /** One request for a whole small collection. */
  readonly list?: { readonly request: RequestSpec; readonly records: Expression; readonly id: string }
  /** One request for one key. */
  readonly get?: { readonly request: RequestSpec; readonly value?: Expression }
  /** A stream that gives all of them, for history. */
  readonly preloadFrom?: string
  /** One request for several keys (`$ids`), for history. */
  readonly batch?: {
    readonly request: RequestSpec
    readonly records: Expression
    readonly id: string
    readonly size: number
  }
}

export interface DeliverySpec {
  /** A live record sent later than this after it was received is sent as history: recorded, no flow. */
  readonly liveWindow: number
  /** Records in flight, by lane. */
  readonly concurrency: { readonly live: number; readonly backfill: number }
  /** A backfill reads no further page while more than this many of its records wait. */
  readonly maxBacklog: number
  /** How long transient faults are retried before the record is dead. */
  readonly retryFor: number
  readonly retention: { readonly settled: number; readonly dead: number }
}

export interface DestinationSpec extends AuthSpec {
  readonly name: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: number
  /** The part of each window we take. */
  readonly utilization: number
  readonly endpoints: Readonly<Record<string, { readonly path: string; readonly windows: readonly Window[] }>>
  readonly limits: Readonly<Record<string, number>>
  /** Live events waiting before the bulk endpoint is used. */
  readonly bulkThreshold: number
  /** Put before every metric's name. */
  readonly metricPrefix: string
  readonly account?: AccountSpec
}

/** What happens to a value that is absent, null or "". */
export type Missing =
  | { readonly action: 'omit' }
  | { readonly action: 'default'; readonly value: Json }
  | { readonly action: 'skip'; readonly reason: string }

export type PropertyType = 'string' | 'number' | 'boolean' | 'list' | 'object'

export interface Property {
  readonly name: string
  readonly expr: Expression
  /** Coerced to it; a `list` stays a list with one element. Absent: as the expression gives it. */
  readonly type?: PropertyType
  readonly whenMissing: Missing
  readonly doc?: string
}

export type SkipRule = { readonly reason: string; readonly when: Expression }

/** The stream a metric's history is read from. */
export interface MappingStream {
  readonly name: string
  /** A lookup that fetches the whole resource first: one call a record. */
  readonly fetchFull?: string
  /** Read only when the metric is asked for by name. */
  readonly onRequest: boolean
}

export interface Mapping {
  readonly metric: string
  readonly summary: string
  readonly file: string
  readonly resource: string
  readonly topics: ReadonlySet<string>
  /** `latest`: of a webhook's occurrences only the newest, before `when` is asked. */
  readonly occurrences: 'all' | 'latest'
  readonly stream?: MappingStream
  /** Occurrences, each bound as `$part`. Absent: the resource is the one occurrence. */
  readonly each?: Expression
  /** Asked of each occurrence; false: it is not this metric's. */
  readonly when?: Expression
  readonly key: readonly Expression[]
  readonly time: Expression
  /** Key of the lookup `contact`. */
  readonly contact: Expression
  readonly skip: readonly SkipRule[]
  readonly properties: readonly Property[]
  /** Lookups its expressions name, in an order that satisfies `of`. Includes the profile's. */
  readonly lookups: readonly string[]
}
