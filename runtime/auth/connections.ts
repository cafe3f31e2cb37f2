/** The connections of one connector: its credentials, setup and delivery gate. One instance per store; nothing is global. */

import type { AuthProvider, DeliveryGate } from '../ports/auth.ts'
import type { Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { CredentialCheck } from './credential-check.ts'
import { RefreshableGate } from './delivery-gate.ts'
import { EnvironmentCredentials } from './environment-credentials.ts'
import { OauthAccess } from './oauth-access.ts'
import { OauthStates } from './oauth-state.ts'
import { RefreshingAuth } from './refreshing-auth.ts'
import type { SideConnection } from './setup/connect.ts'
import { identifyAccount } from './setup/identify-account.ts'
import { Setup } from './setup/setup.ts'
import { currentStep, loadSetupState } from './setup/setup-state.ts'
import { readSigningSecrets } from './setup/signing-secrets.ts'
import type { Credentials, NetworkEffects, Side, SideName } from './side.ts'
import { createRefreshLock } from './token-refresh.ts'
import { type EncryptionKey, Vault } from './vault.ts'

export interface ConnectionsOptions extends NetworkEffects {
  readonly source: Side
  readonly destination: Side
  readonly store: Store
  /** Encrypts stored credentials. Not called while there are none. */
  readonly encryptionKey: EncryptionKey
  readonly logger: Logger
}

/** What receiving and delivering need of the connections. */
export interface DeliveryConnections {
  readonly source: AuthProvider
  readonly destination: AuthProvider
  /** Delivery waits while it is paused. */
  readonly gate: DeliveryGate
  /** Any of these verifies a webhook. None before a person has consented, and none after disconnecting. */
  signingSecrets(rejected?: boolean): Promise<readonly string[]>
}

export interface Connections extends DeliveryConnections {
  readonly setup: Setup
  /** Keeps other secrets in the store, encrypted with the same key. */
  readonly vault: Pick<Vault, 'read' | 'put'>
  /** Signs the console's cookies; stable as long as the encryption key is. Throws when that key is unusable. */
  readonly cookieKey: EncryptionKey
  close(): void
}

type BothSides = Readonly<Record<SideName, SideConnection>>

/** Reads the state of setup and credentials. Throws only when the store cannot be read. */
export async function createConnections(options: ConnectionsOptions): Promise<Connections> {
  const { source, destination, store, clock, logger } = options
  const closing = new AbortController()
  const vault = new Vault(store, options.encryptionKey)
  const refreshGate = () => gate.refresh()
  const connectionParts = { options, vault, refreshGate, signal: closing.signal }
  const sides: BothSides = {
    source: createSideConnection(source, connectionParts),
    destination: createSideConnection(destination, connectionParts),
  }
  const gate = new RefreshableGate({ findReason: () => findPauseReason(sides, store), clock, logger })
  await gate.refresh()

  return {
    source: sides.source.auth,
    destination: sides.destination.auth,
    gate,
    async signingSecrets() {
      const { consentedAt, disconnectedAt } = await loadSetupState(store)
      const allConfigured = source.configured !== undefined && destination.configured !== undefined
      if (disconnectedAt !== undefined || (consentedAt === undefined && !allConfigured)) return []
      // Undecryptable secrets verify nothing; the gate reports the reason.
      const stored = [sides.source, sides.destination].map((one) => storedSigningSecrets(one, vault))
      const all = [source.signingSecrets ?? [], destination.signingSecrets ?? [], ...(await Promise.all(stored))]
      return [...new Set(all.flat())]
    },
    setup: new Setup({ ...options, vault, oauthStates: new OauthStates(vault, clock), sides, gate }),
    vault,
    cookieKey: () => vault.subkey('cookies'),
    close: () => closing.abort(),
  }
}

/** Entered with a key, as the OAuth client's, or alone. */
async function storedSigningSecrets({ side, auth, oauth }: SideConnection, vault: Vault): Promise<readonly string[]> {
  const client = side.clientSecretSigns ? await oauth.client().catch(() => undefined) : undefined
  const alone = await readSigningSecrets(side, vault).catch(() => [])
  return [...(await auth.signingSecrets().catch(() => [])), ...alone, ...(client ? [client.secret] : [])]
}

interface SideConnectionParts {
  readonly options: ConnectionsOptions
  readonly vault: Vault
  readonly refreshGate: () => Promise<void>
  readonly signal: AbortSignal
}

function createSideConnection(
  side: Side,
  { options, vault, refreshGate, signal }: SideConnectionParts,
): SideConnection {
  const { store, clock } = options
  const identify = (credentials: Credentials, stop: AbortSignal) => identifyAccount(side, credentials, options, stop)
  const environment =
    side.configured &&
    new EnvironmentCredentials({
      side,
      credentials: side.configured,
      vault,
      store,
      clock,
      identify,
      onMismatch: refreshGate,
    })
  const oauth = new OauthAccess(side, { ...options, vault })
  const auth = new RefreshingAuth({
    side,
    vault,
    lock: createRefreshLock(side, options),
    oauth,
    environment,
    clock,
    credentialCheck: new CredentialCheck({ side, clock, probe: (credentials) => identify(credentials, signal) }),
    onChange: refreshGate,
    signal,
  })
  return { side, oauth, environment, auth }
}

/** The reason to pause delivery, one that only a person can resolve. */
async function findPauseReason(sides: BothSides, store: Store): Promise<string | undefined> {
  const state = await loadSetupState(store)
  if (state.disconnectedAt !== undefined) return 'both accounts are disconnected: connect them again in the console'
  const { source, destination } = sides
  const read = Promise.all([source.auth.credentials(), destination.auth.credentials()])
  const credentials = await read.catch((error: unknown) => toFault(error).message)
  if (typeof credentials === 'string') return credentials
  const connected = { source: credentials[0] !== undefined, destination: credentials[1] !== undefined }
  const allConfigured = source.side.configured !== undefined && destination.side.configured !== undefined
  if (currentStep(state, connected, allConfigured) !== 'done')
    return 'setup is not finished: continue it in the console'
  const faults = [await source.auth.blockingFault(), await destination.auth.blockingFault()]
  return faults.find((fault) => fault !== undefined)?.message
}
