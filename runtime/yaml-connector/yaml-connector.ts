/** A connector whose two sides are described by its connector.yaml, without code for either. */
import { type Connections, createConnections, type DeliveryConnections } from '../auth/connections.ts'
import { createHostAuth } from '../auth/create-host-auth.ts'
import type { Side } from '../auth/side.ts'
import type { EncryptionKey } from '../auth/vault.ts'
import type { Connector } from '../connector.ts'
import { createConnector } from '../create-connector.ts'
import { ConnectionStatsRecorder } from '../http/connection-stats.ts'
import { HttpDestination } from '../http-destination/http-destination.ts'
import { createStaticAuth } from '../ports/auth.ts'
import type { Destination } from '../ports/destination.ts'
import type { Clock, Fetch, Logger, Random } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Source } from '../ports/source.ts'
import type { Store } from '../ports/store.ts'
import type { Spec } from '../spec/spec.ts'
import { memoryStore } from '../store/memory/store.ts'
import { systemClock, systemRandom, systemSelf } from '../system.ts'
import { runChecks } from './checks.ts'
import type { Env } from './settings.ts'
import { createDestinationSide, createSourceSide } from './sides.ts'

export interface YamlConnectorOptions {
  readonly spec: Spec
  /** The settings of the spec, by the names of their environment variables. */
  readonly env: Env
  readonly store: Store
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Credentials in the store, in place of `env`: from `createYamlConnections`. */
  readonly connections?: DeliveryConnections
  /** Replaces the destination, or wraps it: for tests and recordings, which send nothing. */
  readonly wrapDestination?: (destination: Destination) => Destination
  readonly acceptNewKeys?: readonly string[]
  /** Explains error answers of the source better than their status does. */
  readonly explainError?: Source['explainError']
  /** Sends in place of `destination.http`. */
  readonly createDestination?: (options: YamlConnectorOptions) => Destination
}

/** Credentials that setup stores, beside those of the environment. */
export function createYamlConnections(
  options: Omit<YamlConnectorOptions, 'connections'> & { readonly encryptionKey: EncryptionKey },
): Promise<Connections> {
  const { spec, env } = options
  return createConnections({
    ...options,
    source: createSourceSide(spec, env),
    destination: createDestinationSide(spec, env),
  })
}

/**
 * Creates a connector from a loaded spec and an open store. Missing settings are no error here: a preview needs none, and
 * every other operation names the one it lacks. Throws a config `Fault` for a spec without `destination.http`, unless
 * `createDestination` is given.
 */
export function createYamlConnector(options: YamlConnectorOptions): Connector {
  const { spec, env, clock, logger, connections, wrapDestination = (one) => one, acceptNewKeys } = options
  const sides = { source: createSourceSide(spec, env), destination: createDestinationSide(spec, env) }
  const authOf = (side: Side) => {
    // A missing key is rejected on first use: a preview needs none.
    return createHostAuth(side, { source: side.configured ?? { kind: 'key', key: '' } }, options)
  }
  const auth = connections ?? {
    source: authOf(sides.source),
    destination: authOf(sides.destination),
    signingSecrets: async () => sides.source.signingSecrets ?? [],
  }
  const stats = new ConnectionStatsRecorder({ side: spec.destination.name, clock, logger })
  const createHttp = () => createHttpDestination({ ...options, auth: auth.destination, stats })
  const destination = options.createDestination?.(options) ?? createHttp()
  return createConnector({
    ...options,
    source: {
      auth: auth.source,
      secrets: () => auth.signingSecrets(),
      explainError: options.explainError ?? (() => ({})),
    },
    destination: wrapDestination(destination),
    destinationAuth: auth.destination,
    processIdentity: systemSelf,
    destinationStats: () => stats.snapshot(),
    ...(acceptNewKeys && { acceptNewKeys }),
    ...(connections && { gate: connections.gate }),
    runChecks: (client, signal) => runChecks({ ...options, sides, client }, signal),
  })
}

interface HttpOptions extends Pick<YamlConnectorOptions, 'spec' | 'fetch' | 'clock' | 'random'> {
  readonly auth: DeliveryConnections['destination']
  readonly stats: ConnectionStatsRecorder
}

export function createHttpDestination({ spec, ...parts }: HttpOptions): HttpDestination {
  const { destination, profile } = spec
  if (destination.http === undefined) {
    const message = 'connector.yaml has no destination.http, and this connector no code that sends'
    throw new Fault('config', 'spec/no-destination', message)
  }
  return new HttpDestination({
    ...parts,
    spec: { ...destination, http: destination.http },
    identifiers: profile.identifiers,
  })
}

/** A destination that only fits and previews: for cases, which have no network and no settings. */
export function createUnsentDestination(
  options: Pick<YamlConnectorOptions, 'spec' | 'logger' | 'createDestination'>,
): Pick<Destination, 'fit'> {
  const parts = {
    ...options,
    env: {},
    store: memoryStore({ clock: systemClock }),
    fetch: () => Promise.reject(new TypeError('a case has no network')),
    clock: systemClock,
    random: systemRandom,
  }
  const auth = createStaticAuth(() => ({ baseUrl: options.spec.destination.host, headers: {} }))
  const stats = new ConnectionStatsRecorder({ side: options.spec.destination.name, ...parts })
  return options.createDestination?.(parts) ?? createHttpDestination({ ...parts, auth, stats })
}
