/** Intercom and Klaviyo for authentication: OAuth clients, pasteable keys and the instructions to get them. */

import { type Connections, type ConnectionsOptions, createConnections } from '../runtime/auth/connections.ts'
import { createHostAuth, type HostCredentials } from '../runtime/auth/create-host-auth.ts'
import type { HostAuthParts } from '../runtime/auth/environment-credentials.ts'
import type { OauthClient, Side } from '../runtime/auth/side.ts'
import { BoundedMap } from '../runtime/lib/bounded-map.ts'
import { parseSecrets } from '../runtime/source/verify-signature.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import * as intercom from './intercom/key-fields.ts'
import { intercomHost, requireAccessToken } from './intercom/source.ts'
import { keyHeader, requireApiKey } from './klaviyo/client.ts'
import { explainRevision } from './klaviyo/errors.ts'
import * as klaviyo from './klaviyo/key-fields.ts'
import { withFallForwardOptOut } from './klaviyo/revision.ts'

/** Credentials in the environment, which take precedence over stored ones. */
export interface CredentialsEnv {
  readonly INTERCOM_ACCESS_TOKEN?: string | undefined
  readonly INTERCOM_CLIENT_ID?: string | undefined
  readonly INTERCOM_CLIENT_SECRET?: string | undefined
  readonly INTERCOM_REGION?: string | undefined
  readonly INTERCOM_BASE_URL?: string | undefined
  readonly KLAVIYO_API_KEY?: string | undefined
  readonly KLAVIYO_CLIENT_ID?: string | undefined
  readonly KLAVIYO_CLIENT_SECRET?: string | undefined
  readonly KLAVIYO_BASE_URL?: string | undefined
}

export interface ConnectorConnectionsOptions extends Omit<ConnectionsOptions, 'source' | 'destination'> {
  readonly spec: Pick<Spec, 'source' | 'destination'>
  readonly env: CredentialsEnv
}

export interface HostSides {
  readonly source: HostCredentials
  readonly destination: HostCredentials
}

/**
 * The credentials of a host without setup, checked against the accounts that the store is pinned to. Throws a config
 * `Fault` for an unknown region.
 */
export function createHostAuthProviders(
  { spec, env }: Pick<ConnectorConnectionsOptions, 'spec' | 'env'>,
  { source, destination }: HostSides,
  parts: HostAuthParts,
): Pick<Connections, 'source' | 'destination'> {
  return {
    source: createHostAuth(sharedSide(spec.source, env, intercomSide), source, parts),
    destination: createHostAuth(sharedSide(spec.destination, env, klaviyoSide), destination, parts),
  }
}

/** Tenants with one spec and one environment share its sides. */
const sides = new WeakMap<object, BoundedMap<string, Side>>()
const MOST_ENVIRONMENTS = 100

function sharedSide<S extends object>(
  spec: S,
  env: CredentialsEnv,
  make: (spec: S, env: CredentialsEnv) => Omit<Side, keyof SetupForms>,
): Side {
  const known = sides.get(spec) ?? new BoundedMap<string, Side>(MOST_ENVIRONMENTS)
  sides.set(spec, known)
  const name = JSON.stringify(env)
  const side = known.get(name) ?? { ...make(spec, env), ...NO_FORMS }
  known.set(name, side)
  return side
}

/** Throws a config `Fault` for an unknown region. */
export async function createConnectorConnections({
  spec,
  env,
  ...options
}: ConnectorConnectionsOptions): Promise<Connections> {
  return createConnections({
    ...options,
    source: withIntercomForms(intercomSide(spec.source, env)),
    destination: { ...klaviyoSide(spec.destination, env), ...klaviyoForms() },
  })
}

/** What the pages of setup ask for: a bundle for the edge holds none of it. */
type SetupForms = Pick<Side, 'pasteFields' | 'oauthInstructions' | 'clientFields'>

const NO_FORMS: SetupForms = { pasteFields: [], oauthInstructions: '' }

function withIntercomForms(side: Omit<Side, keyof SetupForms>): Side {
  const hasSecret = side.signingSecrets !== undefined && side.signingSecrets.length > 0
  return {
    ...side,
    pasteFields: [intercom.TOKEN_FIELD, ...(hasSecret ? [] : [intercom.SIGNING_FIELD])],
    oauthInstructions:
      'Create an app in the Developer Hub, turn on “Use OAuth” under Configure → Authentication, add the redirect URL below and choose the permissions on the right. Intercom accepts only HTTPS redirect URLs.',
    clientFields: intercom.CLIENT_FIELDS,
  }
}

const klaviyoForms = (): SetupForms => ({
  pasteFields: [klaviyo.KEY_FIELD],
  oauthInstructions:
    'Create an app, and add the redirect URL below and the permissions on the right as its scopes. Only metrics sent through OAuth show the app’s icon in Klaviyo.',
  clientFields: klaviyo.CLIENT_FIELDS,
})

function intercomSide(spec: Spec['source'], env: CredentialsEnv): Omit<Side, keyof SetupForms> {
  const region = env.INTERCOM_REGION?.toLowerCase()
  if (env.INTERCOM_BASE_URL === undefined) intercomHost(spec, region)
  const key = env.INTERCOM_ACCESS_TOKEN
  // The OAuth client uses the first.
  const signingSecrets = parseSecrets(env.INTERCOM_CLIENT_SECRET)
  return {
    ...spec,
    side: 'source',
    label: 'Intercom',
    accountLabel: 'Workspace',
    account: spec.workspace,
    ...clientOf(env.INTERCOM_CLIENT_ID, signingSecrets[0]),
    ...(key !== undefined && { configured: { kind: 'key', key } }),
    ...(env.INTERCOM_BASE_URL !== undefined && { baseUrl: env.INTERCOM_BASE_URL }),
    ...(region !== undefined && { region }),
    keyHeader: (token) => `Bearer ${requireAccessToken(token)}`,
    signingSecrets,
    clientSecretSigns: true,
  }
}

function klaviyoSide(spec: Spec['destination'], env: CredentialsEnv): Omit<Side, keyof SetupForms> {
  const { account, host, ...rest } = spec
  const key = env.KLAVIYO_API_KEY
  return {
    ...rest,
    side: 'destination',
    label: 'Klaviyo',
    hosts: { '': host },
    headers: withFallForwardOptOut(spec.headers),
    explainStatus: explainRevision,
    ...(account && { account }),
    ...clientOf(env.KLAVIYO_CLIENT_ID, env.KLAVIYO_CLIENT_SECRET),
    ...(key !== undefined && { configured: { kind: 'key', key } }),
    ...(env.KLAVIYO_BASE_URL !== undefined && { baseUrl: env.KLAVIYO_BASE_URL }),
    keyHeader: (key) => keyHeader(requireApiKey(key)),
  }
}

function clientOf(id: string | undefined, secret: string | undefined): { client?: OauthClient } {
  return id === undefined || secret === undefined ? {} : { client: { id, secret } }
}
