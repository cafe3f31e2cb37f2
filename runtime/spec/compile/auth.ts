/** Compiles the authorization of one side: permissions, OAuth, and the request that identifies the account. */

import type { AuthSpec, OauthSpec } from '../auth-spec.ts'
import type { Connector } from '../generated/documents.ts'
import type { AccountSpec, Mapping, Spec } from '../spec.ts'
import { parseDuration } from './durations-and-sizes.ts'
import { compileRequest } from './request.ts'
import type { SpecNode } from './spec-node.ts'

/** Permissions of the source that a metric or the profile needs: for its resource and for its lookups. */
export function listPermissions({ resource, lookups }: Pick<Mapping, 'resource' | 'lookups'>, spec: Spec): string[] {
  const users = [spec.resources.get(resource), ...lookups.map((name) => spec.lookups.get(name))]
  return Object.keys(spec.source.permissions).filter((name) => users.some((user) => user?.permission === name))
}

type AuthDocument = Pick<Connector['destination'], 'permissions' | 'optionalPermissions' | 'oauth'>

export function compileAuth({ permissions = {}, optionalPermissions = {}, oauth }: AuthDocument): AuthSpec {
  return { permissions, optionalPermissions, ...(oauth && { oauth: compileOauth(oauth) }) }
}

type OauthDocument = NonNullable<AuthDocument['oauth']>

function compileOauth({ authorizationUrl, tokenUrl, revocation, ...options }: OauthDocument): OauthSpec {
  const idle = options.refreshTokenIdleLifetime
  return {
    authorizationUrl: typeof authorizationUrl === 'string' ? { '': authorizationUrl } : authorizationUrl,
    tokenUrl,
    clientAuth: options.clientAuth ?? 'client_secret_basic',
    pkce: options.pkce ?? false,
    sendScope: options.sendScope ?? false,
    ...(idle !== undefined && { refreshTokenIdleLifetime: parseDuration(idle) }),
    ...(revocation && { revocation }),
  }
}

type AccountDocument = NonNullable<Connector['destination']['account']> | Connector['source']['workspace']

export function compileAccount(account: AccountDocument, node: SpecNode): AccountSpec {
  const expression = (name: string) => node.at(name).expression()
  return {
    request: compileRequest(account.request, node.at('request')),
    id: expression('id'),
    ...(account.name !== undefined && { name: expression('name') }),
    ...('inWebhooks' in account && account.inWebhooks !== undefined && { inWebhooks: expression('inWebhooks') }),
    ...('region' in account && account.region !== undefined && { region: expression('region') }),
    ...(account.timezone !== undefined && { timezone: expression('timezone') }),
    ...('permission' in account && account.permission !== undefined && { permission: account.permission }),
  }
}
