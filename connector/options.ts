/** What a host passes to create a connector. */
import type { DeliveryConnections } from '../runtime/auth/connections.ts'
import type { SecretSource } from '../runtime/auth/secret-reader.ts'
import type { DeliveryGate } from '../runtime/ports/auth.ts'
import type { Destination } from '../runtime/ports/destination.ts'
import type { Clock, Fetch, Logger, ProcessIdentity, Random } from '../runtime/ports/effects.ts'
import type { Observe } from '../runtime/ports/observation.ts'
import type { HostStore } from '../runtime/ports/store.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import type { Overlay } from '../runtime/spec/spec-overlays.ts'

/**
 * Each may be a function that reads it, from a vault for example. Its value is used for a minute. It is read again at once
 * after a 401, and after a wrong signature, at most every five seconds; while it throws, the last value serves.
 */
export interface Secrets {
  readonly intercomAccessToken?: SecretSource<string | undefined>
  /** Verifies webhooks. A list, also one text with commas, while the secret is being rotated: any of them is accepted. */
  readonly intercomClientSecret?: SecretSource<string | readonly string[] | undefined>
  readonly klaviyoApiKey?: SecretSource<string | undefined>
}

/** OAuth tokens as a host keeps them. */
export interface OauthTokens {
  readonly accessToken: string
  /** Needed where the connector refreshes. */
  readonly refreshToken?: string | undefined
  /** When the access token expires, milliseconds since 1970. Absent: unknown, or never. */
  readonly expiresAt?: number | undefined
  /** `us`, `eu` or `au`, for Intercom. */
  readonly region?: string | undefined
}

/** OAuth tokens in a host's vault. The host refreshes them, or has the connector do it by `client` and `write`. */
export interface HostLogin {
  /**
   * Reads the tokens: about once a minute, when they expire, and when `rejected` was refused with a 401. A host that
   * refreshes does so then. Undefined: the person has not connected this side, and delivery waits.
   */
  read(rejected?: OauthTokens): Promise<OauthTokens | undefined> | OauthTokens | undefined
  /** The host's OAuth client: the connector refreshes tokens, once for all processes on the store. */
  readonly client?: { readonly id: string; readonly secret: string } | undefined
  /** Stores refreshed tokens, whose former refresh token may be void. Called again later if it throws. */
  readonly write?: ((tokens: OauthTokens) => Promise<void>) | undefined
}

export interface Settings {
  /** From `loadConnectorSpec` (tenants can share it), a folder, or a bundle of `connector build`. Default: this package's own. */
  readonly spec?: Spec | URL | SpecBundle | undefined
  /** `us`, `eu` or `au`. */
  readonly intercomRegion?: string | undefined
  readonly intercomBaseUrl?: string | undefined
  readonly klaviyoBaseUrl?: string | undefined
  /** Metrics whose keys have changed and may count delivered events again. Default: none, and `work` throws. */
  readonly acceptNewKeys?: readonly string[] | undefined
}

export interface ConnectorOptions {
  readonly secrets?: Secrets
  readonly settings?: Settings
  /** Default: in memory, so nothing survives the process. `./store/sqlite` is durable. One without a ledger counts nothing. */
  readonly store?: HostStore
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /**
   * This process among those that share the store. Default: `systemSelf`, which judges the processes of this machine or
   * container. For platforms that copy running machines, or name their instances themselves.
   */
  readonly self?: ProcessIdentity
  /**
   * The tenant's own changes to `settings.spec`, which many tenants may share: files of YAML by their paths, as in a
   * [folder of one's own](mapping-authors.md), without `extends`. Pass `settings.spec` loaded, so that it is compiled once.
   */
  readonly overlay?: Overlay | undefined
  /** OAuth tokens in the host's vault, in place of the access token or key in `secrets`. */
  readonly logins?: { readonly intercom?: HostLogin | undefined; readonly klaviyo?: HostLogin | undefined } | undefined
  /** Pauses delivery while it is shut; webhooks are stored all the same. */
  readonly gate?: DeliveryGate | undefined
  /**
   * The Intercom workspace (`app_id`) of this tenant: pins the store from the first start, so that no record of another
   * workspace is ever stored. Default: Intercom is asked before the first delivery.
   */
  readonly workspace?: string | undefined
  /** The Klaviyo account (its public key, six characters) of this tenant. Default: Klaviyo is asked before the first delivery. */
  readonly account?: string | undefined
  /** Credentials in the store, refreshed there, in place of `secrets`: from `createConnectorConnections`. */
  readonly connections?: DeliveryConnections
  /** Replaces the destination, or wraps it: for tests and recordings, which send nothing. */
  readonly wrapDestination?: (destination: Destination) => Destination
  /** Called with each observation: what is received, mapped, sent and settled, and how long it takes. */
  readonly observe?: Observe | undefined
  /** The host's name of the tenant, for observations. */
  readonly tenant?: string | undefined
}

/** For a spec that is loaded: its overlay is in it. */
export type LoadedSpecOptions = Omit<ConnectorOptions, 'overlay'>
