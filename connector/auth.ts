/** Both sides as set-up sees them: Intercom and Klaviyo, their OAuth clients and what can be pasted instead. */

import { type Connections, type ConnectionsOptions, createConnections } from '../runtime/auth/connections.ts'
import { createHostAuth, type HostAuthParts } from '../runtime/auth/environment-credentials.ts'
import type { OauthClient, Side } from '../runtime/auth/side.ts'
import type { Spec } from '../runtime/spec/spec.ts'
import { checkedToken, hostOf } from './intercom/source.ts'
import { checkedKey, keyHeader } from './klaviyo/client.ts'

/** The environment's part of it: what is given there wins over what is stored. */
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

/**
 * The credentials of a host, without set-up: never changed, and held to the accounts that the store is pinned to.
 * Throws a config `Fault` for a region there is none of.
 */
export function hostAuth(
  { spec, env }: Pick<ConnectorConnectionsOptions, 'spec' | 'env'>,
  parts: HostAuthParts,
): Pick<Connections, 'source' | 'destination'> {
  const logins = (side: Side) => {
    // A missing key is refused in the side's own words once it is used: a preview needs none.
    const credentials = side.configured ?? { kind: 'key', key: '' }
    return createHostAuth({ ...side, configured: credentials }, credentials, parts)
  }
  return { source: logins(intercomSide(spec.source, env)), destination: logins(klaviyoSide(spec.destination, env)) }
}

/** Throws a config `Fault` for a region there is none of. */
export async function createConnectorConnections({
  spec,
  env,
  ...options
}: ConnectorConnectionsOptions): Promise<Connections> {
  return createConnections({
    ...options,
    source: intercomSide(spec.source, env),
    destination: klaviyoSide(spec.destination, env),
  })
}

function intercomSide(spec: Spec['source'], env: CredentialsEnv): Side {
  const region = env.INTERCOM_REGION?.toLowerCase()
  if (env.INTERCOM_BASE_URL === undefined) hostOf(spec, region)
  const key = env.INTERCOM_ACCESS_TOKEN
  // Separated by commas while it is being changed; the first is the one in use.
  const signingSecrets = (env.INTERCOM_CLIENT_SECRET ?? '').split(',').filter((secret) => secret !== '')
  return {
    ...spec,
    side: 'source',
    label: 'Intercom',
    account: spec.workspace,
    ...clientOf(env.INTERCOM_CLIENT_ID, signingSecrets[0]),
    ...(key !== undefined && { configured: { kind: 'key', key } }),
    ...(env.INTERCOM_BASE_URL !== undefined && { baseUrl: env.INTERCOM_BASE_URL }),
    ...(region !== undefined && { region }),
    keyHeader: (token) => `Bearer ${checkedToken(token)}`,
    pasteFields: [
      {
        name: 'key',
        label: 'Access token',
        instructions:
          'Intercom Developer Hub, your app, Configure, Authentication. A private app of your own workspace needs no review.',
      },
      ...(signingSecrets.length > 0 ? [] : [SIGNING]),
    ],
    signingSecrets,
    oauthInstructions:
      'Make an app in the Intercom Developer Hub, turn on OAuth under Configure, Authentication, enter the address below as its redirect URL, and set INTERCOM_CLIENT_ID and INTERCOM_CLIENT_SECRET. Intercom takes only redirect URLs that begin with https.',
  }
}

const SIGNING = {
  name: 'signing',
  label: 'Client secret',
  instructions: 'The same app, Configure, Basic information. It verifies webhook signatures.',
} as const

function klaviyoSide(spec: Spec['destination'], env: CredentialsEnv): Side {
  const { account: party, host, ...rest } = spec
  const key = env.KLAVIYO_API_KEY
  return {
    ...rest,
    side: 'destination',
    label: 'Klaviyo',
    hosts: { '': host },
    ...(party && { account: party }),
    ...clientOf(env.KLAVIYO_CLIENT_ID, env.KLAVIYO_CLIENT_SECRET),
    ...(key !== undefined && { configured: { kind: 'key', key } }),
    ...(env.KLAVIYO_BASE_URL !== undefined && { baseUrl: env.KLAVIYO_BASE_URL }),
    keyHeader: (key) => keyHeader(checkedKey(key)),
    pasteFields: [
      {
        name: 'key',
        label: 'Private API key',
        instructions: 'Klaviyo, Settings, API keys, Create private API key. Scopes cannot be added later.',
      },
    ],
    oauthInstructions:
      'Make an app at klaviyo.com/oauth/client, enter the address below as its redirect URL and the permissions below as its scopes, and set KLAVIYO_CLIENT_ID and KLAVIYO_CLIENT_SECRET. Only metrics sent through OAuth carry the app’s icon in Klaviyo.',
  }
}

function clientOf(id: string | undefined, secret: string | undefined): { client?: OauthClient } {
  return id === undefined || secret === undefined ? {} : { client: { id, secret } }
}
