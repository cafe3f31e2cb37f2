/** The services that the console's routes share, built once with the first request. */
import { randomUUID } from 'node:crypto'
import type { Connector } from '../../connector.ts'
import type { HealthMonitor } from '../../health/health-monitor.ts'
import { CONSOLE_ID_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import { toFault } from '../../ports/fault.ts'
import type { Store } from '../../ports/store.ts'
import { SpecEditor } from '../../spec-editing/spec-editor.ts'
import type { ImportRunner } from '../pages/history/import-runner.ts'
import type { ConsoleOptions, Visitor } from '../types.ts'
import { FlashMessages } from './flash.ts'
import { LiveUpdates } from './live-updates.ts'
import { Reveals } from './reveals.ts'
import { Searches } from './searches.ts'
import { SignedCookies } from './session/cookies.ts'
import { Invitations } from './session/invitations.ts'
import { type Session, Sessions } from './session/sessions.ts'
import type { SignIn } from './session/sign-in.ts'
import { Signer } from './session/signer.ts'
import { Users } from './session/users.ts'

export interface ConsoleServices {
  readonly options: ConsoleOptions
  readonly signIn: SignIn
  readonly sessions: Sessions
  readonly users: Users
  readonly invitations: Invitations
  readonly flash: FlashMessages
  readonly imports: ImportRunner
  readonly updates: LiveUpdates
  readonly searches: Searches
  readonly reveals: Reveals
  readonly health: HealthMonitor
  /** Absent: the host's files are only shown. */
  readonly specEditor: SpecEditor | undefined
}

/** Types of Hono's context: `c.env` and `c.var`. */
export interface ConsoleEnv {
  Bindings: {
    /** Of the client, for the login throttle. */
    readonly address: string
  }
  Variables: {
    /** Absent on a request refused before its cookie was read. */
    session: Session | undefined
    /** Whom the host has signed in. */
    visitor: Visitor | undefined
    /** Fields of a POST whose token was verified. */
    form: URLSearchParams | undefined
  }
}

export async function createServices(
  options: ConsoleOptions,
  { imports, signIn, health }: Pick<ConsoleServices, 'imports' | 'signIn' | 'health'>,
): Promise<ConsoleServices> {
  const { connector, clock, base = '', password } = options
  const signer = new Signer({ key: await loadKey(options), id: await readConsoleId(connector.store), password })
  const cookies = new SignedCookies(signer, { base, isFramed: (options.frameAncestors ?? []).length > 0 })
  const sessions = new Sessions({ signer, cookies, clock, store: connector.store })
  const users = new Users({ store: connector.store, clock })
  const updates = createLiveUpdates(options, { imports, sessions, users })
  const flash = new FlashMessages(cookies)
  const { specFiles: editable } = options
  const specEditor = editable && new SpecEditor({ editable, connector, clock })
  const invitations = new Invitations(signer, users, clock)
  return {
    options,
    signIn,
    sessions,
    users,
    invitations,
    flash,
    imports,
    updates,
    searches: new Searches(),
    reveals: new Reveals(clock),
    health,
    specEditor,
  }
}

/** Random, created on the first use of a store: what is signed for one console is worthless for that of another store. */
async function readConsoleId(store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>): Promise<string> {
  for (;;) {
    const id = await store.readCheckpoint(CONSOLE_ID_CHECKPOINT)
    if (typeof id === 'string') return id
    await store.compareAndSwapCheckpoint(CONSOLE_ID_CHECKPOINT, undefined, randomUUID())
  }
}

/** Without a key the pages work, but sessions end with the process. */
async function loadKey({ key, connections, logger }: ConsoleOptions): Promise<Uint8Array | undefined> {
  try {
    return await (key ?? connections?.cookieKey)?.()
  } catch (error) {
    const { code, message } = toFault(error)
    logger.warn(`console: sessions will not survive a restart (no signing key): ${message}`, { code })
    return undefined
  }
}

function createLiveUpdates(
  options: ConsoleOptions,
  { imports, sessions, users }: Pick<ConsoleServices, 'imports' | 'sessions' | 'users'>,
): LiveUpdates {
  const { connector, clock, signal } = options
  return new LiveUpdates({
    store: connector.store,
    clock,
    signal,
    endedSessions: () => sessions.revokedIds(),
    extraState: async () => [
      connector.webhookStats(),
      connectionState(connector.connectionStats()),
      connector.gate.pausedReason(),
      options.otherOwner?.(),
      imports.running,
      imports.waitsForAuth,
      imports.lastError,
      await imports.otherProcess(),
      // The tabs of a person whose role changed or who was signed out.
      (await users.list()).map(({ id, role, epoch, isDisabled }) => [id, role, epoch, isDisabled ?? false]),
      // The other tabs of a revoked session must leave their pages too.
      await sessions.revokedIds(),
    ],
  })
}

/** Without times that change with each retry: pages would refresh for nothing. */
const connectionState = ({ source, destination }: ReturnType<Connector['connectionStats']>) =>
  [source, destination].map(({ lastFailure, pauses = [] }) => [
    lastFailure?.fault.message ?? null,
    pauses.map(({ name }) => name),
  ])
