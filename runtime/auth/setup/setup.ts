/** Setup for the console's pages: the state they show, and the actions of their buttons. */

import type { AuthMethod } from '../../ports/auth.ts'
import { toFault } from '../../ports/fault.ts'
import { parseSecrets } from '../../source/verify-signature.ts'
import { type CredentialEnd, findCredentialEnd } from '../credential-end.ts'
import type { RefreshableGate } from '../delivery-gate.ts'
import type { EnvironmentCredentials } from '../environment-credentials.ts'
import type { AuthorizationAttempt } from '../oauth-state.ts'
import type { Side, SideName } from '../side.ts'
import { type UninstallNotice, UninstallVerifier } from '../uninstall-verifier.ts'
import type { Vault } from '../vault.ts'
import type { EnteredClient, PastedCredentials } from './check-fields.ts'
import {
  authorizationUrl,
  type Callback,
  type ConnectedAccount,
  type ConnectParts,
  connectWithKey,
  handleCallback,
  type SideConnection,
} from './connect.ts'
import { type DisconnectResult, disconnect } from './disconnect.ts'
import {
  type AccountInfo,
  accountCheckpoint,
  currentStep,
  loadSetupState,
  type SetupState,
  type SetupStep,
  saveSetupState,
} from './setup-state.ts'
import { saveSigningSecrets } from './signing-secrets.ts'

export interface SideView {
  readonly side: Side
  /** How it is connected. Absent: it is not. */
  readonly method?: AuthMethod
  readonly account?: AccountInfo
  /** The fault of the credentials that a person must resolve. */
  readonly problem?: string
  /** Why the account of the environment's credentials could not be identified. */
  readonly accountError?: string
  /** When its credentials end, if they do not renew themselves. */
  readonly credentialEnd?: CredentialEnd
  readonly hasOauthClient: boolean
  /** Of the OAuth client entered in the console. */
  readonly clientId?: string
}

export interface SetupView {
  readonly step: SetupStep
  readonly state: SetupState
  readonly source: SideView
  readonly destination: SideView
  /** Absent: delivery runs. */
  readonly pausedReason?: string
}

export interface SetupParts extends ConnectParts {
  readonly vault: Pick<Vault, 'read' | 'put'>
  readonly sides: Readonly<Record<SideName, SideConnection>>
  readonly gate: RefreshableGate
}

export class Setup {
  readonly #parts: SetupParts
  readonly #connections: readonly SideConnection[]
  readonly #uninstallVerifier: UninstallVerifier

  constructor(parts: SetupParts) {
    this.#parts = parts
    this.#connections = [parts.sides.source, parts.sides.destination]
    this.#uninstallVerifier = new UninstallVerifier(parts.sides.source, parts)
  }

  /** With a signal, also identifies the accounts of credentials from the environment, unless they are known. */
  async view(signal?: AbortSignal): Promise<SetupView> {
    const { sides, store, gate } = this.#parts
    const state = await loadSetupState(store)
    const views = [sideView(sides.source, state, signal), sideView(sides.destination, state, signal)] as const
    const [source, destination] = await Promise.all(views)
    const connected = { source: source.method !== undefined, destination: destination.method !== undefined }
    const allConfigured = source.method === 'environment' && destination.method === 'environment'
    await gate.check()
    const pausedReason = gate.pausedReason()
    const step = currentStep(state, connected, allConfigured)
    return { step, state, source, destination, ...(pausedReason !== undefined && { pausedReason }) }
  }

  /** Records a person's consent to the data that is shared, and their optional permissions. Repeating it is harmless. */
  async consent(optionalPermissions: readonly string[]): Promise<void> {
    const { store, clock, gate } = this.#parts
    const { disconnectedAt: _, ...state } = await loadSetupState(store)
    await saveSetupState(store, { ...state, consentedAt: state.consentedAt ?? clock.now(), optionalPermissions })
    await gate.refresh()
  }

  /** The next authorization URL requests these permissions as well. */
  async requestPermissions(optionalPermissions: readonly string[]): Promise<void> {
    const { store } = this.#parts
    await saveSetupState(store, { ...(await loadSetupState(store)), optionalPermissions })
  }

  /** Stores an OAuth client in place of the environment's. */
  async saveClient(side: SideName, { clientId, clientSecret }: EnteredClient): Promise<void> {
    const { sides, gate } = this.#parts
    await sides[side].oauth.save({ id: clientId.trim(), secret: clientSecret.trim() })
    await gate.refresh()
  }

  /** Stores secrets that verify webhooks, in place of those entered before. */
  async saveSigningSecrets(side: SideName, text: string): Promise<void> {
    const { sides, vault } = this.#parts
    await saveSigningSecrets(sides[side].side, parseSecrets(text), vault)
  }

  /** Where the source and browsers reach this connector, unless the environment says it. */
  async savePublicUrl(publicUrl: string): Promise<void> {
    const { store } = this.#parts
    await saveSetupState(store, { ...(await loadSetupState(store)), publicUrl })
  }

  authorizationUrl(attempt: AuthorizationAttempt, region?: string): Promise<URL> {
    return authorizationUrl(this.#parts.sides[attempt.side], attempt, region, this.#parts)
  }

  handleCallback(callback: Callback, signal: AbortSignal): Promise<ConnectedAccount> {
    return handleCallback(this.#parts.sides[callback.side], callback, this.#parts, signal)
  }

  connectWithKey(side: SideName, pasted: PastedCredentials, signal: AbortSignal): Promise<ConnectedAccount> {
    return connectWithKey(this.#parts.sides[side], pasted, this.#parts, signal)
  }

  /** Pins the store to both accounts and starts delivery. Does nothing while an earlier step is due. */
  async finish(): Promise<void> {
    const { store, clock, gate } = this.#parts
    const { step, state } = await this.view()
    if (step !== 'confirm') return
    const pins = this.#connections.flatMap(({ side }) => {
      const account = side.configured === undefined ? state.accounts?.[side.side] : undefined
      return account === undefined ? [] : [{ name: accountCheckpoint(side), value: account.id }]
    })
    await saveSetupState(store, { ...state, finishedAt: clock.now() }, pins)
    await gate.refresh()
  }

  disconnect(signal: AbortSignal): Promise<readonly DisconnectResult[]> {
    return disconnect(this.#connections, this.#parts, signal)
  }

  /** Disconnects if the notice is genuine, and resolves to whether it is. */
  async handleUninstall(notice: UninstallNotice, signal: AbortSignal): Promise<boolean> {
    if (!(await this.#uninstallVerifier.verify(notice, signal))) return false
    await this.disconnect(signal)
    return true
  }
}

async function sideView(connection: SideConnection, state: SetupState, signal?: AbortSignal): Promise<SideView> {
  const { side, auth, environment } = connection
  const base = { side, ...(await clientView(connection)) }
  if (environment !== undefined) {
    const identity = await identifyEnvironment(connection, environment, signal)
    const problem = (await auth.blockingFault())?.message
    return { ...base, method: 'environment', ...identity, ...(problem !== undefined && { problem }) }
  }
  const account = state.accounts?.[side.side]
  const view = { ...base, ...(account && { account }) }
  try {
    const credentials = await auth.credentials()
    if (credentials === undefined) return view
    const problem = (await auth.blockingFault())?.message
    const credentialEnd = findCredentialEnd(credentials, side)
    const found = { ...(problem !== undefined && { problem }), ...(credentialEnd && { credentialEnd }) }
    return { ...view, method: credentials.kind, ...found }
  } catch (error) {
    return { ...view, problem: toFault(error).message }
  }
}

/** A client that cannot be decrypted is entered again. */
async function clientView({ side, oauth }: SideConnection): Promise<Pick<SideView, 'hasOauthClient' | 'clientId'>> {
  const client = side.oauth === undefined ? undefined : await oauth.client().catch(() => undefined)
  const isStored = client !== undefined && side.client === undefined
  return { hasOauthClient: client !== undefined, ...(isStored && { clientId: client.id }) }
}

async function identifyEnvironment(
  { side, auth }: SideConnection,
  environment: EnvironmentCredentials,
  signal?: AbortSignal,
): Promise<Pick<SideView, 'account' | 'accountError'>> {
  try {
    const account = await (signal === undefined ? environment.knownAccount() : environment.identify(signal))
    return account === undefined ? {} : { account }
  } catch (error) {
    const { message, details } = toFault(error)
    if (details.status === 401 && side.configured !== undefined) await auth.recheck(side.configured)
    return (await auth.blockingFault()) === undefined ? { accountError: message } : {}
  }
}
