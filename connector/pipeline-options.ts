/** The parts of both sides that receive and deliver, from what a host passes. */
import type { DeliveryConnections } from '../runtime/auth/connections.ts'
import type { HostAuthParts } from '../runtime/auth/environment-credentials.ts'
import type { CreatePipelineOptions } from '../runtime/create-pipeline.ts'
import { ConnectionStatsRecorder } from '../runtime/http/connection-stats.ts'
import { onFirstUse } from '../runtime/lib/on-first-use.ts'
import type { HostStore } from '../runtime/ports/store.ts'
import { messageNames } from '../runtime/spec/message-names.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from '../runtime/system.ts'
import { createHostAuthProviders } from './auth.ts'
import { credentialsOf, joinGates, signingSecretsOf } from './host-credentials.ts'
import { createIntercomSource } from './intercom/source.ts'
import type { KlaviyoOptions } from './klaviyo/client.ts'
import { createKlaviyoDestination } from './klaviyo/destination.ts'
import type { ConnectorOptions, LoadedSpecOptions } from './options.ts'

export interface PipelineParts {
  readonly pipeline: CreatePipelineOptions
  /** For what else asks Klaviyo: checks, recipes, counts. */
  readonly klaviyo: KlaviyoOptions
}

export function createPipelineOptions(spec: Spec, store: HostStore, options: LoadedSpecOptions): PipelineParts {
  const { settings = {}, fetch = systemFetch, clock = systemClock, random = systemRandom } = options
  const { logger = silentLogger, connections, wrapDestination = (one) => one } = options
  const auth = connections ?? hostConnections(spec, options, { store, fetch, clock, random })
  const stats = new ConnectionStatsRecorder({ side: spec.destination.name, clock, logger })
  const klaviyo: KlaviyoOptions = {
    stats,
    spec: spec.destination,
    names: onFirstUse(() => messageNames(spec)),
    apiKey: undefined,
    auth: auth.destination,
    ...(settings.klaviyoBaseUrl !== undefined && { baseUrl: settings.klaviyoBaseUrl }),
    fetch,
    clock,
    random,
    logger,
  }
  const pipeline: CreatePipelineOptions = {
    spec,
    source: createIntercomSource(auth.source, auth.signingSecrets),
    destination: wrapDestination(createKlaviyoDestination(klaviyo)),
    destinationAuth: auth.destination,
    store,
    fetch,
    clock,
    random,
    logger,
    processIdentity: options.self ?? systemSelf,
    destinationStats: () => stats.snapshot(),
    ...(settings.acceptNewKeys && { acceptNewKeys: settings.acceptNewKeys }),
    ...joinGates([options.gate, connections?.gate]),
    pinned: { workspace: options.workspace, account: options.account },
    observe: options.observe,
    tenant: options.tenant,
  }
  return { pipeline, klaviyo }
}

/** The connections of a host that holds the credentials itself. */
function hostConnections(
  spec: Spec,
  { secrets = {}, settings = {}, logins = {} }: Pick<ConnectorOptions, 'secrets' | 'settings' | 'logins'>,
  parts: HostAuthParts,
): Omit<DeliveryConnections, 'gate'> {
  const env = {
    INTERCOM_REGION: settings.intercomRegion,
    INTERCOM_BASE_URL: settings.intercomBaseUrl,
    KLAVIYO_BASE_URL: settings.klaviyoBaseUrl,
  }
  const sides = {
    source: credentialsOf(logins.intercom, secrets.intercomAccessToken),
    destination: credentialsOf(logins.klaviyo, secrets.klaviyoApiKey),
  }
  return {
    ...createHostAuthProviders({ spec, env }, sides, parts),
    signingSecrets: signingSecretsOf(secrets.intercomClientSecret, parts.clock),
  }
}
