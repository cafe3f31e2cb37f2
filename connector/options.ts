/** What a host passes to create a connector. */
import type { DeliveryConnections } from '../runtime/auth/connections.ts'
import type { Destination } from '../runtime/ports/destination.ts'
import type { Clock, Fetch, Logger, ProcessIdentity, Random } from '../runtime/ports/effects.ts'
import type { Observe } from '../runtime/ports/observation.ts'
import type { Store } from '../runtime/ports/store.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'

export interface Secrets {
  readonly intercomAccessToken?: string | undefined
  /** Verifies webhooks. A list, also one text with commas, while the secret is being rotated: any of them is accepted. */
  readonly intercomClientSecret?: string | readonly string[] | undefined
  readonly klaviyoApiKey?: string | undefined
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
  /** Default: in memory, so nothing survives the process. `./store/sqlite` is durable. */
  readonly store?: Store
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /**
   * This process among those that share the store. Default: `systemSelf`, which judges the processes of this machine or
   * container. For platforms that copy running machines, or name their instances themselves.
   */
  readonly self?: ProcessIdentity
  /** Credentials in the store, refreshed there, in place of `secrets`: from `createConnectorConnections`. */
  readonly connections?: DeliveryConnections
  /** Replaces the destination, or wraps it: for tests and recordings, which send nothing. */
  readonly wrapDestination?: (destination: Destination) => Destination
  /** Called with each observation: what is received, mapped, sent and settled, and how long it takes. */
  readonly observe?: Observe | undefined
  /** The host's name of the tenant, for observations. */
  readonly tenant?: string | undefined
}
