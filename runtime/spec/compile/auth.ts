/** How a person lets us into one side: whose account it is, OAuth, permissions. */
import type { Expression } from '../../expression/expression.ts'
import type { Connector } from '../generated/documents.ts'
import type { Mapping, RequestSpec, Spec } from '../spec.ts'
import type { YamlFile } from '../yaml.ts'
import type { Context } from './context.ts'
import { compileRequest } from './request.ts'

export interface AuthSpec {
  /** What a connection must be allowed to do: the side's own name for it → what it is for. */
  readonly permissions: Readonly<Record<string, string>>
  /** What a person may allow besides. */
  readonly optionalPermissions: Readonly<Record<string, string>>
  readonly oauth?: OauthSpec
}

/** RFC 6749, authorization code. */
export interface OauthSpec {
  /** Where a person says yes, by region. The first is the default. */
  readonly authorizationUrl: Readonly<Record<string, string>>
  /** A path on the API's host, or an address. */
  readonly tokenUrl: string
  /** How the app's id and secret are sent there. */
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post'
  readonly pkce: boolean
  /** Whether the permissions' names are sent as `scope`. */
  readonly sendScope: boolean
  readonly revocation?: { readonly path: string; readonly by: 'token' | 'client' }
}

export interface WithPermission {
  /** Of the side's permissions, the one it takes to ask for this. */
  readonly permission?: string
}

/** How one side is asked whose account it is. */
export interface AccountSpec extends WithPermission {
  readonly request: RequestSpec
  /** The account's id. */
  readonly id: Expression
  readonly name?: Expression
  readonly region?: Expression
  readonly timezone?: Expression
}

/** What the source must allow for a metric or the profile: for what it is about, and for all that is fetched with it. */
export function permissionsOf({ resource, lookups }: Pick<Mapping, 'resource' | 'lookups'>, spec: Spec): string[] {
  const wanted = [spec.resources.get(resource), ...lookups.map((name) => spec.lookups.get(name))]
  return Object.keys(spec.source.permissions).filter((name) => wanted.some((one) => one?.permission === name))
}

type Side = Pick<Connector['destination'], 'permissions' | 'optionalPermissions' | 'oauth'>

export function compileAccess({ permissions = {}, optionalPermissions = {}, oauth }: Side): AuthSpec {
  return { permissions, optionalPermissions, ...(oauth && { oauth: compileOauth(oauth) }) }
}

function compileOauth({ authorizationUrl, tokenUrl, revocation, ...options }: Oauth): OauthSpec {
  return {
    authorizationUrl: typeof authorizationUrl === 'string' ? { '': authorizationUrl } : authorizationUrl,
    tokenUrl,
    clientAuth: options.clientAuth ?? 'client_secret_basic',
    pkce: options.pkce ?? false,
    sendScope: options.sendScope ?? false,
    ...(revocation && { revocation }),
  }
}

type Oauth = NonNullable<Side['oauth']>
type Party = NonNullable<Connector['destination']['account']> | Connector['source']['workspace']

export function compileParty(party: Party, path: readonly string[], yaml: YamlFile, context: Context): AccountSpec {
  const part = (name: string) => context.expression(yaml, [...path, name], { variables: [] })
  return {
    request: compileRequest(party.request, [...path, 'request'], [], yaml, context),
    id: part('id'),
    ...(party.name !== undefined && { name: part('name') }),
    ...('region' in party && party.region !== undefined && { region: part('region') }),
    ...(party.timezone !== undefined && { timezone: part('timezone') }),
    ...('permission' in party && party.permission !== undefined && { permission: party.permission }),
  }
}
