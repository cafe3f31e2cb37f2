/** Set-up as a person goes through it: what the console's pages show, and what their buttons do. */

import type { AuthMethod, DeliveryGate } from '../ports/auth.ts'
import { toFault } from '../ports/fault.ts'
import {
  authorizationUrl,
  type Connected,
  type ConnectParts,
  connectWithKey,
  handleCallback,
  type PastedCredentials,
  type SideConnection,
} from './connect.ts'
import { type DisconnectResult, disconnect, type UninstallNotice, uninstallVerifier } from './disconnect.ts'
import type { EnvironmentCredentials } from './environment-credentials.ts'
import {
  type AccountInfo,
  accountOf,
  currentStep,
  loadProgress,
  type SetupState,
  type Step,
  saveProgress,
} from './setup-state.ts'
import type { Side, SideName } from './side.ts'

export interface SideView {
  readonly side: Side
  /** By whom it was connected. Absent: it is not. */
  readonly by?: AuthMethod
  readonly party?: AccountInfo
  /** What a person must do about a log-in that was there before. */
  readonly trouble?: string
  /** Why it is not known whose account the environment's credentials are, where that was asked. */
  readonly unknown?: string
  /** Whether there is an OAuth client. */
  readonly oauth: boolean
}

export interface SetupView {
  readonly step: Step
  readonly progress: SetupState
  readonly source: SideView
  readonly destination: SideView
  /** Why delivery waits. */
  readonly shut?: string
}

/** `redirect` is the address the other side sends the browser back to; `session` is the browser's own. */
export interface LoginAttempt {
  readonly side: SideName
  readonly session: string
  readonly redirect: string
}

export interface Setup {
  /** With a signal, sides of the environment are asked whose they are, if that is not known yet. */
  view(ask?: AbortSignal): Promise<SetupView>
  /** Somebody said yes to what is shared; `extras` are permissions given besides. Said again it stops nothing. */
  allow(extras: readonly string[]): Promise<void>
  /** The next log-in asks for these besides. */
  ask(extras: readonly string[]): Promise<void>
  authorize(going: LoginAttempt, region?: string): Promise<URL>
  comeBack(going: LoginAttempt, query: URLSearchParams, signal: AbortSignal): Promise<Connected>
  paste(side: SideName, pasted: PastedCredentials, signal: AbortSignal): Promise<Connected>
  /** Binds the store to both accounts; delivery begins. Throws a config `Fault` when a step before is not done. */
  finish(): Promise<void>
  remove(signal: AbortSignal): Promise<readonly DisconnectResult[]>
  /** The source says that it removed us. Resolves to whether that is so, and was done. */
  handleUninstall(notice: UninstallNotice, signal: AbortSignal): Promise<boolean>
}

export interface SetupParts extends ConnectParts {
  readonly sides: Readonly<Record<SideName, SideConnection>>
  readonly gate: DeliveryGate
  /** Looks whether delivery may run now. */
  readonly look: () => Promise<void>
}

export function setup(parts: SetupParts): Setup {
  const { sides, store, clock, look, gate } = parts
  const both = [sides.source, sides.destination]
  const believe = uninstallVerifier(sides.source, parts)

  async function view(ask?: AbortSignal): Promise<SetupView> {
    const progress = await loadProgress(store)
    const views = [viewOf(sides.source, progress, ask), viewOf(sides.destination, progress, ask)] as const
    const [source, destination] = await Promise.all(views)
    const connected = { source: source.by !== undefined, destination: destination.by !== undefined }
    const given = source.by === 'environment' && destination.by === 'environment'
    const shut = gate.pausedReason()
    const step = currentStep(progress, connected, given)
    return { step, progress, source, destination, ...(shut !== undefined && { shut }) }
  }

  return {
    view,
    async allow(extras) {
      const { removed: _, ...before } = await loadProgress(store)
      await saveProgress(store, { ...before, allowed: before.allowed ?? clock.now(), extras })
      await look()
    },
    ask: async (extras) => saveProgress(store, { ...(await loadProgress(store)), extras }),
    authorize: (going, region) => authorizationUrl(sides[going.side], going, region, parts),
    comeBack: (going, query, signal) => handleCallback(sides[going.side], query, going, parts, signal),
    paste: (side, pasted, signal) => connectWithKey(sides[side], pasted, parts, signal),
    async finish() {
      const { step, progress } = await view()
      if (step !== 'confirm') return
      const bound = both.flatMap(({ side }) => {
        const party = side.given === undefined ? progress.parties?.[side.side] : undefined
        return party === undefined ? [] : [{ name: accountOf(side), value: party.id }]
      })
      await saveProgress(store, { ...progress, finished: clock.now() }, bound)
      await look()
    },
    remove: (signal) => disconnect(both, parts, signal),
    async handleUninstall(notice, signal) {
      if (!(await believe(notice, signal))) return false
      await disconnect(both, parts, signal)
      return true
    },
  }
}

async function viewOf(entrance: SideConnection, progress: SetupState, ask?: AbortSignal): Promise<SideView> {
  const { side, keeper, oauth } = entrance
  const shown = { side, oauth: oauth !== undefined }
  if (entrance.given !== undefined) {
    const told = await whose(entrance, entrance.given, ask)
    const trouble = (await keeper.blockingFault())?.message
    return { ...shown, by: 'environment', ...told, ...(trouble !== undefined && { trouble }) }
  }
  const party = progress.parties?.[side.side]
  const named = { ...shown, ...(party && { party }) }
  try {
    const held = await keeper.credentials()
    if (held === undefined) return named
    const trouble = (await keeper.blockingFault())?.message
    return { ...named, by: held.kind, ...(trouble !== undefined && { trouble }) }
  } catch (error) {
    return { ...named, trouble: toFault(error).message }
  }
}

async function whose(
  { side, keeper }: SideConnection,
  given: EnvironmentCredentials,
  ask?: AbortSignal,
): Promise<Pick<SideView, 'party' | 'unknown'>> {
  try {
    const party = await (ask === undefined ? given.known() : given.identify(ask))
    return party === undefined ? {} : { party }
  } catch (error) {
    const { message, details } = toFault(error)
    if (details.status === 401 && side.given !== undefined) await keeper.recheck(side.given)
    return (await keeper.blockingFault()) === undefined ? { unknown: message } : {}
  }
}
