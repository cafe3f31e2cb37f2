/** The package's main export: creates a connector from Intercom to Klaviyo. */

import type { Connector } from '../runtime/connector.ts'
import { createConnector } from '../runtime/create-connector.ts'
import type { HostStore } from '../runtime/ports/store.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { memoryStore } from '../runtime/store/memory/store.ts'
import { silentLogger, systemClock } from '../runtime/system.ts'
import { preloadFunctions } from './functions/index.ts'
import { checkIntercom } from './intercom/checks.ts'
import { checkKlaviyo } from './klaviyo/checks.ts'
import { backfillRateLimit } from './klaviyo/destination.ts'
import { createKlaviyoEventCounter } from './klaviyo/metrics.ts'
import { createKlaviyoRecipeTarget } from './klaviyo/recipes.ts'
import { revisionSunset } from './klaviyo/revision.ts'
import type { ConnectorOptions, LoadedSpecOptions } from './options.ts'
import { createPipelineOptions } from './pipeline-options.ts'
import { loadOverlay, openConnectorSpec } from './spec.ts'

/**
 * Creates a connector. Create one for each tenant, with a store of its own: connectors share no data, and may share a spec.
 *
 * Throws a `Fault` if the spec has errors. Missing secrets are no error here: a preview needs none, and every other
 * operation names the one it lacks.
 */
export async function intercomToKlaviyo(options: ConnectorOptions = {}): Promise<Connector> {
  const { overlay, ...others } = options
  const shared = await openConnectorSpec(options.settings?.spec)
  const spec = overlay === undefined ? shared : await loadOverlay(shared, overlay)
  const clock = options.clock ?? systemClock
  await preloadFunctions(options.logger ?? silentLogger)
  return connectorFromSpec(spec, options.store ?? memoryStore({ clock }), { ...others, clock })
}

/** Creates a connector from a loaded spec, such as that of `loadOverlay`, and an open store. */
export function connectorFromSpec(spec: Spec, store: HostStore, options: LoadedSpecOptions): Connector {
  const { pipeline, klaviyo } = createPipelineOptions(spec, store, options)
  return createConnector({
    recipeTarget: createKlaviyoRecipeTarget(klaviyo),
    eventCounter: createKlaviyoEventCounter(klaviyo),
    backfillRateLimit: backfillRateLimit(spec.destination),
    sunsets: () => [revisionSunset(spec.destination.headers)].filter((it) => it !== undefined),
    async *runChecks(client, signal) {
      yield* checkIntercom(client, spec, pipeline.clock, signal)
      yield* checkKlaviyo(klaviyo, signal)
    },
    ...pipeline,
  })
}

export { type ConnectorConnectionsOptions, type CredentialsEnv, createConnectorConnections } from './auth.ts'
export { optionsFromEnv } from './environment.ts'
export { functions } from './functions/index.ts'
/** Each side alone, for connectors from or to something else. */
export { createIntercomSource } from './intercom/source.ts'
export type { KlaviyoOptions } from './klaviyo/client.ts'
export { createKlaviyoDestination } from './klaviyo/destination.ts'
export type { ConnectorOptions, HostLogin, LoadedSpecOptions, OauthTokens, Secrets, Settings } from './options.ts'
export { type RouteWebhooksOptions, routeWebhooks } from './route-webhooks.ts'
export { loadConnectorSpec, loadOverlay, specLanguage } from './spec.ts'
export type { Connector }
