/** The connector, assembled: what a host imports. */

import type { Connections } from '../runtime/auth/connections.ts'
import type { HostAuthParts } from '../runtime/auth/environment-credentials.ts'
import type { Connector } from '../runtime/connector.ts'
import { createConnector } from '../runtime/create-connector.ts'
import { createConnectionStats } from '../runtime/http/connection-stats.ts'
import type { Clock, Fetch, Logger, Random } from '../runtime/ports/effects.ts'
import type { Store } from '../runtime/ports/store.ts'
import type { SpecBundle } from '../runtime/spec/load-bundle.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { memoryStore } from '../runtime/store/memory/store.ts'
import { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from '../runtime/system.ts'
import { hostAuth } from './auth.ts'
import { intercomChecks, intercomSource } from './intercom/source.ts'
import { klaviyoChecks } from './klaviyo/checks.ts'
import { backfillRateLimit, klaviyo } from './klaviyo/destination.ts'
import { klaviyoWorkshop } from './klaviyo/recipes.ts'
import { loadConnectorSpec } from './spec.ts'

export interface Secrets {
  readonly intercomAccessToken?: string | undefined
  /** Signs webhooks. A list while it is being changed: any of them is accepted. */
  readonly intercomClientSecret?: string | readonly string[] | undefined
  readonly klaviyoApiKey?: string | undefined
}

export interface Settings {
  /** What `loadConnectorSpec` gave (share it between tenants), a folder, or what `connector build` made. Default: the one in this package. */
  readonly spec?: Spec | URL | SpecBundle | undefined
  /** `us`, `eu` or `au`. */
  readonly intercomRegion?: string | undefined
  readonly intercomBaseUrl?: string | undefined
  readonly klaviyoBaseUrl?: string | undefined
}

export interface ConnectorOptions {
  readonly secrets?: Secrets
  readonly settings?: Settings
  /** Default: in memory, so nothing survives the process. `runtime/store/sqlite` is the durable one. */
  readonly store?: Store
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly random?: Random
  readonly logger?: Logger
  /** Log-ins that are kept and renewed in the store, instead of `secrets`: what `connectorAccount` makes. */
  readonly connections?: Connections
}

/**
 * Makes a connector. One for each tenant; they share nothing but the spec they are given.
 *
 * Throws a `Fault` if the spec has errors. Missing secrets are not an error here:
 * a preview needs none, and everything else says which one it lacks.
 */
export async function intercomToKlaviyo(options: ConnectorOptions = {}): Promise<Connector> {
  const given = options.settings?.spec
  const loaded = given !== undefined && 'mappings' in given
  const spec = loaded ? given : await loadConnectorSpec(given)
  const clock = options.clock ?? systemClock
  return connectorFromSpec(spec, options.store ?? memoryStore({ clock }), { ...options, clock })
}

/** The same with a spec and a store at hand. */
export function connectorFromSpec(spec: Spec, store: Store, options: ConnectorOptions): Connector {
  const { secrets = {}, settings = {}, fetch = systemFetch, clock = systemClock } = options
  const { random = systemRandom, logger = silentLogger } = options
  const { connections: account } = options
  const sides = account ?? ofHost(spec, { secrets, settings }, { store, fetch, clock, random })
  const sent = createConnectionStats(clock)
  const to = {
    traffic: sent,
    spec: spec.destination,
    apiKey: secrets.klaviyoApiKey,
    logins: sides.destination,
    ...(settings.klaviyoBaseUrl !== undefined && { baseUrl: settings.klaviyoBaseUrl }),
    fetch,
    clock,
    random,
    logger,
  }
  return createConnector({
    spec,
    source: intercomSource(sides.source, sides.signingSecrets),
    destination: klaviyo(to),
    destinationLogins: sides.destination,
    store,
    fetch,
    clock,
    random,
    logger,
    processIdentity: systemSelf,
    workshop: klaviyoWorkshop(to),
    destinationTraffic: sent.snapshot,
    backfillRateLimit: backfillRateLimit(spec.destination),
    ...(account && { gate: account.gate }),
    async *runChecks(client, signal) {
      yield* intercomChecks(client, spec, clock, signal)
      yield* klaviyoChecks(to, signal)
    },
  })
}

function ofHost(
  spec: Spec,
  { secrets, settings }: Required<Pick<ConnectorOptions, 'secrets' | 'settings'>>,
  parts: HostAuthParts,
): Pick<Connections, 'source' | 'destination' | 'signingSecrets'> {
  const env = {
    INTERCOM_ACCESS_TOKEN: secrets.intercomAccessToken,
    INTERCOM_REGION: settings.intercomRegion,
    INTERCOM_BASE_URL: settings.intercomBaseUrl,
    KLAVIYO_API_KEY: secrets.klaviyoApiKey,
    KLAVIYO_BASE_URL: settings.klaviyoBaseUrl,
  }
  const signing = [secrets.intercomClientSecret ?? []].flat().filter((secret) => secret !== '')
  return { ...hostAuth({ spec, env }, parts), signingSecrets: async () => signing }
}

export { type ConnectorConnectionsOptions, type CredentialsEnv, createConnectorConnections } from './auth.ts'
export { functions } from './functions/index.ts'
export { loadConnectorSpec } from './spec.ts'
export type { Connector }
