/** A person lets us into one side: by OAuth, or by pasting a key. Nothing is kept that was not tried. */

import { asId } from '../lib/json.ts'
import type { Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { EnvironmentCredentials } from './environment-credentials.ts'
import { accountMismatch, missingOauthClient } from './errors.ts'
import { identify } from './identify-account.ts'
import type { Oauth, OauthParts } from './oauth.ts'
import type { OauthStates, Purpose } from './oauth-state.ts'
import type { RefreshingAuth } from './refreshing-auth.ts'
import { type AccountInfo, accountOf, loadProgress, saveProgress } from './setup-state.ts'
import type { Credentials, KeyCredentials, Side } from './side.ts'

export interface SideConnection {
  readonly side: Side
  readonly keeper: RefreshingAuth
  readonly oauth: Oauth | undefined
  /** Of what the environment gave. */
  readonly given: EnvironmentCredentials | undefined
}

export interface ConnectParts extends OauthParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly tickets: OauthStates
  readonly logger: Logger
}

export interface PastedCredentials {
  readonly key: string
  readonly signing?: string
  readonly region?: string
}

/** The address a person follows to say yes. Throws a config `Fault` where we have no client there. */
export async function authorizationUrl(
  { side, oauth }: SideConnection,
  purpose: Purpose,
  region: string | undefined,
  parts: ConnectParts,
): Promise<URL> {
  if (oauth === undefined)
    throw new Fault('config', `${side.name}/no-client`, `there is no OAuth client for ${side.label}`)
  const { extras = [] } = await loadProgress(parts.store)
  const ticket = await parts.tickets.issue(purpose, region)
  return oauth.authorize({ ...ticket, redirect: purpose.redirect, extras })
}

/** The person came back from the other side. Throws a `Fault` in words for them. */
export async function handleCallback(
  entrance: SideConnection,
  query: URLSearchParams,
  purpose: Purpose,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<Connected> {
  const { side, oauth } = entrance
  const ticket = await parts.tickets.redeem(query.get('state') ?? '', purpose)
  const code = query.get('code')
  if (!code || query.has('error')) throw accessDenied(side, query.get('error'))
  if (oauth === undefined)
    throw new Fault('config', `${side.name}/no-client`, `there is no OAuth client for ${side.label}`)
  const { region } = ticket
  const given = await oauth.exchange(code, { redirect: purpose.redirect, verifier: ticket.verifier }, signal)
  return saveConnection(entrance, { ...given, ...(region !== undefined && { region }) }, parts, signal)
}

/** Throws a `Fault` in words for the person who pasted it. */
export async function connectWithKey(
  entrance: SideConnection,
  pasted: PastedCredentials,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<Connected> {
  const { side } = entrance
  const [key, ...wanted] = side.fields
  if (key === undefined)
    throw new Fault('config', `${side.name}/no-paste`, `${side.label} can be connected by OAuth only`)
  const values = { key: pasted.key.trim(), signing: (pasted.signing ?? '').trim() }
  for (const { name, label } of [key, ...wanted])
    if (!wellFormed(values[name])) throw illFormed(side, label, values[name])
  const credentials: KeyCredentials = {
    kind: 'key',
    key: values.key,
    ...(values.signing !== '' && { signing: values.signing.split(',').map((one) => one.trim()) }),
    ...(pasted.region && { region: pasted.region }),
  }
  return saveConnection(entrance, credentials, parts, signal)
}

/** In a header other characters would make fetch throw an error that quotes the key. */
const wellFormed = (value: string): boolean => /^[\x21-\x7e]{4,4096}$/.test(value)

function illFormed({ name }: Side, label: string, value: string): Fault {
  const message =
    value === '' ? `${label} is missing` : `${label} holds spaces or characters that none has: copy it again`
  return new Fault('config', `${name}/ill-formed`, message)
}

function accessDenied({ name, label }: Side, error: string | null): Fault {
  if (error === 'access_denied')
    return new Fault(
      'config',
      `${name}/denied`,
      `${label} was told not to let us in, so nothing was connected: log in again and allow it, or paste a key`,
    )
  const said = /^[a-z_]{1,40}$/.test(error ?? '') ? `says ${error}` : 'sent no code'
  return new Fault('config', `${name}/no-code`, `${label} ${said}, so nothing was connected: begin again`)
}

/** Who was connected, and what a person should know of the log-in that was there before. */
export interface Connected extends AccountInfo {
  readonly note?: string
}

/** Asks whose account it is, refuses another than the store's, and keeps the log-in. */
async function saveConnection(
  { side, keeper, oauth }: SideConnection,
  credentials: Credentials,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<Connected> {
  const { store, logger } = parts
  const party = await identify(side, credentials, parts, signal)
  const known = asId(await store.readCheckpoint(accountOf(side)))
  if (known !== undefined && known !== party.id) throw accountMismatch(side, party)
  const region = Object.keys(side.hosts).find((one) => one === party.region?.toLowerCase())
  const before = await keeper.credentials().catch(() => undefined)
  await keeper.replace({ ...credentials, ...(region !== undefined && { region }) })
  const progress = await loadProgress(store)
  await saveProgress(store, { ...progress, parties: { ...progress.parties, [side.side]: party } })
  logger.info(`${side.label} is connected`, { by: credentials.kind })
  const note = credentials.kind === 'key' ? await giveBack({ side, oauth }, before, parts, signal) : undefined
  return { ...party, ...(note !== undefined && { note }) }
}

/** A log-in that a key has replaced is given back there. Best effort: the key is in use already. */
async function giveBack(
  { side, oauth }: Pick<SideConnection, 'side' | 'oauth'>,
  old: Credentials | undefined,
  { logger }: ConnectParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const way = side.oauth?.revocation
  if (old?.kind !== 'oauth' || old.refused !== undefined || way === undefined) return undefined
  // A token that gives itself back takes its whole app away, and with it a pasted key that is of the same app.
  if (way.by === 'token')
    return 'the log-in before is forgotten here; if the key is of another app, take the app of that log-in away there'
  try {
    if (oauth === undefined) throw missingOauthClient(side)
    await oauth.revoke(old, signal)
    return 'the access of the log-in before was given back'
  } catch (error) {
    const { code, message } = toFault(error)
    if (code.endsWith('/invalid-grant')) return undefined
    logger.warn(`could not revoke the previous OAuth token for ${side.label}: ${message}`, { code })
    return `the log-in before it is forgotten here, but its access could not be given back (${message}): take our app away there`
  }
}
