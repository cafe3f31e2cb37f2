/** Connects one side: by the OAuth authorization code flow, or with a pasted key. Stores only credentials that work. */
import { asId } from '../../lib/json.ts'
import type { Logger } from '../../ports/effects.ts'
import { Fault, toFault } from '../../ports/fault.ts'
import type { Store } from '../../ports/store.ts'
import { parseSecrets } from '../../source/verify-signature.ts'
import type { EnvironmentCredentials } from '../environment-credentials.ts'
import { accountMismatch, missingOauthClient } from '../errors.ts'
import type { OauthAccess } from '../oauth-access.ts'
import type { AuthorizationAttempt, OauthStates } from '../oauth-state.ts'
import type { RefreshingAuth } from '../refreshing-auth.ts'
import type { Credentials, KeyCredentials, NetworkEffects, Side } from '../side.ts'
import { checkPasted, type PastedCredentials } from './check-fields.ts'
import { findAccount } from './find-account.ts'
import { type AccountInfo, accountCheckpoint, loadSetupState, saveSetupState } from './setup-state.ts'

export interface SideConnection {
  readonly side: Side
  readonly auth: RefreshingAuth
  readonly oauth: OauthAccess
  /** Undefined unless the environment holds the credentials of this side. */
  readonly environment: EnvironmentCredentials | undefined
}

export interface ConnectParts extends NetworkEffects {
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly oauthStates: OauthStates
  readonly logger: Logger
}

export interface ConnectedAccount extends AccountInfo {
  /** What happened to the access that this connection replaces, as a clause. */
  readonly note?: string
}

/** The URL at which a person grants access. Throws a config `Fault` without an OAuth client. */
export async function authorizationUrl(
  { side, oauth }: SideConnection,
  attempt: AuthorizationAttempt,
  region: string | undefined,
  parts: ConnectParts,
): Promise<URL> {
  const flow = await oauth.flow()
  if (flow === undefined) throw missingOauthClient(side)
  const { optionalPermissions = [] } = await loadSetupState(parts.store)
  const state = await parts.oauthStates.issue(attempt, region)
  return flow.authorizationUrl({ ...state, redirectUri: attempt.redirectUri, optionalPermissions })
}

export interface Callback extends AuthorizationAttempt {
  /** Of the callback's URL. */
  readonly query: URLSearchParams
}

/** Throws a `Fault` worded for the person in the browser. */
export async function handleCallback(
  connection: SideConnection,
  { query, ...attempt }: Callback,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<ConnectedAccount> {
  const { side, oauth } = connection
  const { region, codeVerifier } = await parts.oauthStates.redeem(query.get('state') ?? '', attempt)
  const code = query.get('code')
  if (!code || query.has('error')) throw accessDenied(side, query.get('error'))
  const flow = await oauth.flow()
  if (flow === undefined) throw missingOauthClient(side)
  const credentials = await flow.exchangeCode(code, { redirectUri: attempt.redirectUri, codeVerifier }, signal)
  return saveConnection(connection, { ...credentials, ...(region !== undefined && { region }) }, parts, signal)
}

/** Throws a `Fault` worded for the person who pasted the key. */
export async function connectWithKey(
  connection: SideConnection,
  pasted: PastedCredentials,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<ConnectedAccount> {
  const { side } = connection
  if (side.pasteFields.length === 0)
    throw new Fault('config', `${side.name}/oauth-only`, `${side.label} can be connected by OAuth only`)
  const [problem] = Object.values(checkPasted(side, pasted))
  if (problem !== undefined) throw new Fault('config', `${side.name}/malformed-credentials`, problem)
  const signingSecrets = parseSecrets(pasted.signing)
  const credentials: KeyCredentials = {
    kind: 'key',
    key: pasted.key.trim(),
    ...(signingSecrets.length > 0 && { signingSecrets }),
    ...(pasted.region && { region: pasted.region }),
  }
  return saveConnection(connection, credentials, parts, signal)
}

function accessDenied({ name, label }: Side, error: string | null): Fault {
  if (error === 'access_denied') {
    const message = `access was denied in ${label}, so nothing was connected: try again and allow it, or paste a key`
    return new Fault('config', `${name}/access-denied`, message)
  }
  const problem = /^[a-z_]{1,40}$/.test(error ?? '') ? `returned ${error}` : 'returned no authorization code'
  return new Fault(
    'config',
    `${name}/no-authorization-code`,
    `${label} ${problem}, so nothing was connected: try again`,
  )
}

/** Identifies the account, refuses one that the store is not pinned to, and stores the credentials. */
async function saveConnection(
  connection: SideConnection,
  credentials: Credentials,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<ConnectedAccount> {
  const { side, auth } = connection
  const { store, logger } = parts
  const { account, region: reached } = await findAccount(side, credentials, parts, signal)
  const pinned = asId(await store.readCheckpoint(accountCheckpoint(side)))
  if (pinned !== undefined && pinned !== account.id) throw accountMismatch(side, account)
  const region = Object.keys(side.hosts).find((name) => name === account.region?.toLowerCase()) ?? reached
  const previous = await auth.credentials().catch(() => undefined)
  await auth.replace({ ...credentials, ...(region !== undefined && { region }) })
  const state = await loadSetupState(store)
  await saveSetupState(store, { ...state, accounts: { ...state.accounts, [side.side]: account } })
  logger.info(`${side.label} is connected`, { by: credentials.kind })
  const note = credentials.kind === 'key' ? await revokeReplaced(connection, previous, logger, signal) : undefined
  return { ...account, ...(note !== undefined && { note }) }
}

/** Revokes the OAuth access that a key has replaced. Best effort: the key is in use already. */
async function revokeReplaced(
  { side, oauth }: SideConnection,
  previous: Credentials | undefined,
  logger: Logger,
  signal: AbortSignal,
): Promise<string | undefined> {
  const revocation = side.oauth?.revocation
  if (previous?.kind !== 'oauth' || previous.rejectedAt !== undefined || revocation === undefined) return undefined
  // Revocation with the token itself uninstalls its whole app, and a pasted key of the same app with it.
  if (revocation.by === 'token')
    return `the previous OAuth access was forgotten here but not revoked; if the key belongs to another app, uninstall the previous app in ${side.label}`
  try {
    const flow = await oauth.flow()
    if (flow === undefined) throw missingOauthClient(side)
    await flow.revoke(previous, signal)
    return 'the previous OAuth access was revoked'
  } catch (error) {
    const { code, message } = toFault(error)
    if (code.endsWith('/invalid-grant')) return undefined
    logger.warn(`could not revoke the previous OAuth token for ${side.label}: ${message}`, { code })
    return `the previous OAuth access was forgotten here but could not be revoked (${message}): remove our app in ${side.label}`
  }
}
