/** The package's main export: creates a connector from Intercom to Klaviyo. */

import type { DeliveryConnections } from '../runtime/auth/connections.ts'
import type { HostAuthParts } from '../runtime/auth/environment-credentials.ts'
import type { Connector } from '../runtime/connector.ts'
import { createConnector } from '../runtime/create-connector.ts'
import { ConnectionStatsRecorder } from '../runtime/http/connection-stats.ts'
import type { Destination } from '../runtime/ports/destination.ts'
import type { Clock, Fetch, Logger, Random } from '../runtime/ports/effects.ts'
import type { Store } from '../runtime/ports/store.ts'
import { parseSecrets } from '../runtime/source/verify-signature.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { memoryStore } from '../runtime/store/memory/store.ts'
import { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from '../runtime/system.ts'
import { createHostAuthProviders } from './auth.ts'
import { preloadFunctions } from './functions/index.ts'
import { checkIntercom } from './intercom/checks.ts'
import { createIntercomSource } from './intercom/source.ts'
import { checkKlaviyo } from './klaviyo/checks.ts'
import type { KlaviyoOptions } from './klaviyo/client.ts'
import { backfillRateLimit, createKlaviyoDestination } from './klaviyo/destination.ts'
import { createKlaviyoEventCounter } from './klaviyo/metrics.ts'
import { createKlaviyoRecipeTarget } from './klaviyo/recipes.ts'
import { loadConnectorSpec } from './spec.ts'

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
  /** Credentials in the store, refreshed there, in place of `secrets`: from `createConnectorConnections`. */
  readonly connections?: DeliveryConnections
  /** Replaces the destination, or wraps it: for tests and recordings, which send nothing. */
  readonly wrapDestination?: (destination: Destination) => Destination
}

/**
 * Creates a connector. Create one for each tenant, with a store of its own: connectors share no data, and may share a spec.
 *
 * Throws a `Fault` if the spec has errors. Missing secrets are no error here: a preview needs none, and every other
 * operation names the one it lacks.
 */
export async function intercomToKlaviyo(options: ConnectorOptions = {}): Promise<Connector> {
  const from = options.settings?.spec
  const isLoaded = from !== undefined && 'mappings' in from
  const spec = isLoaded ? from : await loadConnectorSpec(from)
  const clock = options.clock ?? systemClock
  await preloadFunctions(options.logger ?? silentLogger)
  return connectorFromSpec(spec, options.store ?? memoryStore({ clock }), { ...options, clock })
}

/** Creates a connector from a loaded spec and an open store. */
export function connectorFromSpec(spec: Spec, store: Store, options: ConnectorOptions): Connector {
  const { secrets = {}, settings = {}, fetch = systemFetch, clock = systemClock } = options
  const { random = systemRandom, logger = silentLogger, connections, wrapDestination = (one) => one } = options
  const auth = connections ?? hostConnections(spec, { secrets, settings }, { store, fetch, clock, random })
  const stats = new ConnectionStatsRecorder({ side: spec.destination.name, clock, logger })
  const klaviyo: KlaviyoOptions = {
    stats,
    spec: spec.destination,
    apiKey: secrets.klaviyoApiKey,
    auth: auth.destination,
    ...(settings.klaviyoBaseUrl !== undefined && { baseUrl: settings.klaviyoBaseUrl }),
    fetch,
    clock,
    random,
    logger,
  }
  return createConnector({
    spec,
    source: createIntercomSource(auth.source, auth.signingSecrets),
    destination: wrapDestination(createKlaviyoDestination(klaviyo)),
    destinationAuth: auth.destination,
    store,
    fetch,
    clock,
    random,
    logger,
    processIdentity: systemSelf,
    recipeTarget: createKlaviyoRecipeTarget(klaviyo),
    eventCounter: createKlaviyoEventCounter(klaviyo),
    destinationStats: () => stats.snapshot(),
    backfillRateLimit: backfillRateLimit(spec.destination),
    ...(settings.acceptNewKeys && { acceptNewKeys: settings.acceptNewKeys }),
    ...(connections && { gate: connections.gate }),
    async *runChecks(client, signal) {
      yield* checkIntercom(client, spec, clock, signal)
      yield* checkKlaviyo(klaviyo, signal)
    },
  })
}

/** The connections of a host that holds the credentials itself. */
function hostConnections(
  spec: Spec,
  { secrets, settings }: Required<Pick<ConnectorOptions, 'secrets' | 'settings'>>,
  parts: HostAuthParts,
): Omit<DeliveryConnections, 'gate'> {
  const env = {
    INTERCOM_ACCESS_TOKEN: secrets.intercomAccessToken,
    INTERCOM_REGION: settings.intercomRegion,
    INTERCOM_BASE_URL: settings.intercomBaseUrl,
    KLAVIYO_API_KEY: secrets.klaviyoApiKey,
    KLAVIYO_BASE_URL: settings.klaviyoBaseUrl,
  }
  const signing = parseSecrets(secrets.intercomClientSecret)
  return { ...createHostAuthProviders({ spec, env }, parts), signingSecrets: async () => signing }
}

export { type ConnectorConnectionsOptions, type CredentialsEnv, createConnectorConnections } from './auth.ts'
export { functions } from './functions/index.ts'
export { loadConnectorSpec } from './spec.ts'
export type { Connector }
